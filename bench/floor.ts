// The peer of the formation: three Cassandra processes started by hand, the fastest safe way that we know, without Kubernetes,
// containers or an operator. Same jars, same options, same tokens, same end: three nodes NORMAL, system keyspaces on three
// replicas and repaired, a superuser of one's own, the login cassandra closed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'
import { rackSizes } from '../cassandra/model/placement.ts'
import { firstRingTokens } from '../cassandra/model/tokens.ts'
import { type HandNode, startNode, unpackCassandra } from '../local/by-hand.ts'
import { query } from '../local/cql.ts'

const VERSION = '5.0.9'
const RACKS = ['rack1', 'rack2', 'rack3']
const ADDRESS = ['127.0.1.1', '127.0.1.2', '127.0.1.3'] as const
const BORN = { username: 'cassandra', password: 'cassandra' }
const OWN = { username: 'admin', password: 'by-hand' }

/** @returns seconds from the first start to the same state in which a CassandraCluster is Ready */
export async function startByHand(heapMiB: number): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'ringkeeper-floor-'))
  const nodes: HandNode[] = []
  try {
    const home = await unpackCassandra(VERSION, root)
    const plan = firstRingTokens(rackSizes(RACKS, 3), 16)
    const start = async (index: number): Promise<void> => {
      const node = { node: `node${index}`, rack: RACKS[index] ?? '', version: VERSION, heapMiB }
      const initialTokens = plan[index]?.tokens ?? []
      nodes.push(
        await startNode({ home, dir: join(root, node.node), node, address: ADDRESS[index] ?? '', seeds: [ADDRESS[0]], initialTokens }),
      )
    }
    const from = performance.now()
    await start(0)
    await normal(nodes)
    await start(1)
    await start(2)
    await normal(nodes)
    await finish(nodes)
    return (performance.now() - from) / 1000
  } finally {
    await Promise.all(nodes.map((node) => node.end()))
    rmSync(root, { recursive: true, force: true })
  }
}

/** Every node serves and sees every other live. */
async function normal(nodes: readonly HandNode[]): Promise<void> {
  const attributes = ['OperationMode', 'NativeTransportRunning', 'LiveNodesWithPort', 'JoiningNodesWithPort']
  for (const { jolokia, process: child } of nodes) {
    for (;;) {
      if (child.exitCode !== null) throw new Error('a Cassandra process ended')
      const [fact] = await jolokia.bulk([{ type: 'read', mbean: beans.storageService, attribute: attributes }], 2_000).catch(() => [])
      const state = fact?.known === true ? (fact.value as Record<string, unknown>) : undefined
      const live = state?.LiveNodesWithPort as readonly string[] | undefined
      if (state?.OperationMode === 'NORMAL' && state.NativeTransportRunning === true && live?.length === nodes.length) break
      await delay(100)
    }
  }
}

async function finish(nodes: readonly HandNode[]): Promise<void> {
  const [first] = nodes
  if (first === undefined) return
  for (;;) {
    const answered = await query(first.address, BORN, 'SELECT now() FROM system.local').catch(() => undefined)
    if (answered !== undefined) break
    await delay(200)
  }
  const keyspaces = { system_auth: 3, system_distributed: 3, system_traces: 2 }
  for (const [keyspace, replicas] of Object.entries(keyspaces)) {
    await query(
      first.address,
      BORN,
      `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': ${replicas}}`,
    )
  }
  await Promise.all(nodes.flatMap((node) => Object.keys(keyspaces).map((keyspace) => repair(node.jolokia, keyspace))))
  await query(first.address, BORN, `CREATE ROLE ${OWN.username} WITH PASSWORD = '${OWN.password}' AND LOGIN = true AND SUPERUSER = true`)
  await query(first.address, OWN, 'ALTER ROLE cassandra WITH LOGIN = false AND SUPERUSER = false')
}

async function repair(jolokia: JolokiaClient, keyspace: string): Promise<void> {
  const options = { parallelism: 'parallel', incremental: 'false', primaryRange: 'true', trace: 'false' }
  const id = Number(await jolokia.exec(beans.storageService, operations.repair, [keyspace, options]))
  for (;;) {
    const status = await jolokia.exec(beans.storageService, operations.repairStatus, [id])
    if (Array.isArray(status) && status[0] === 'COMPLETED') return
    if (Array.isArray(status) && status[0] === 'FAILED') throw new Error(`repair of ${keyspace} failed`)
    await delay(100)
  }
}
