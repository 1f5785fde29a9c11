// A writer that remembers what Cassandra has acknowledged, so that a test can ask for every row afterwards.
import { setTimeout as delay } from 'node:timers/promises'
import { auth, Client, policies, types } from 'cassandra-driver'
import type { Login } from '../../local/cql.ts'

export type Ledger = {
  /** Rows acknowledged so far. */
  readonly acknowledged: () => number
  /** Requests that failed twice. */
  readonly failures: () => readonly string[]
  /** Ends the writer. */
  readonly stop: () => Promise<void>
  /** Numbers of acknowledged rows that a read at LOCAL_QUORUM does not find. */
  readonly missing: () => Promise<readonly number[]>
}

const PAUSE_MS = 20

/** Keyspace with three replicas; one row each 20 ms at LOCAL_QUORUM, each read back. */
export async function openLedger(hosts: () => Promise<readonly string[]>, login: Login): Promise<Ledger> {
  let client = await connect(await hosts(), login)
  await createTable(client)
  const rows: number[] = []
  const failures: string[] = []
  let stopped = false
  const twice = async (cql: string, parameters: unknown[]) => client.execute(cql, parameters).catch(() => client.execute(cql, parameters))
  /** All addresses changed at once: nobody is left to tell the driver the new ones, as a DNS name would. */
  const reconnect = async (): Promise<void> => {
    const fresh = await connect(await hosts(), login).catch(() => undefined)
    if (fresh === undefined) return
    await client.shutdown()
    client = fresh
  }
  const write = async (): Promise<void> => {
    for (let id = 0; !stopped; id++) {
      try {
        await twice('INSERT INTO ledger.rows (id, text) VALUES (?, ?)', [id, `row ${id}`])
        rows.push(id)
        const { rows: found } = await twice('SELECT id FROM ledger.rows WHERE id = ?', [id])
        if (found.length !== 1) failures.push(`row ${id} was acknowledged and not found`)
      } catch (error) {
        failures.push(`row ${id}: ${error instanceof Error ? error.message : String(error)}`)
        await reconnect()
      }
      await delay(PAUSE_MS)
    }
  }
  const writing = write()
  const stop = async (): Promise<void> => {
    stopped = true
    await writing
  }
  return {
    acknowledged: () => rows.length,
    failures: () => failures,
    stop: () => stop().then(() => client.shutdown()),
    missing: async () => {
      await stop()
      const found = new Set<number>()
      const all = await client.execute('SELECT id FROM ledger.rows', [], { fetchSize: 1000 })
      for await (const row of all) found.add(Number(row.id))
      await client.shutdown()
      return rows.filter((id) => !found.has(id))
    },
  }
}

async function connect(hosts: readonly string[], login: Login): Promise<Client> {
  const client = new Client({
    contactPoints: hosts.map((host) => `${host}:9042`),
    localDataCenter: 'dc1',
    authProvider: new auth.PlainTextAuthProvider(login.username, login.password),
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(500) },
    socketOptions: { connectTimeout: 3_000, readTimeout: 6_000 },
    queryOptions: { consistency: types.consistencies.localQuorum, isIdempotent: true, prepare: true },
  })
  await client.connect().catch(async (error: unknown) => {
    await client.shutdown()
    throw error
  })
  return client
}

async function createTable(client: Client): Promise<void> {
  const replication = "{'class': 'NetworkTopologyStrategy', 'dc1': 3}"
  for (const cql of [
    `CREATE KEYSPACE IF NOT EXISTS ledger WITH replication = ${replication}`,
    'CREATE TABLE IF NOT EXISTS ledger.rows (id int PRIMARY KEY, text text)',
    'TRUNCATE ledger.rows',
  ]) {
    await client.execute(cql, [], { prepare: false })
  }
}
