// Runs one job of CQL against the node beside it, as the first login that is let in.
import { text } from 'node:stream/consumers'
import { auth, Client, policies } from 'cassandra-driver'
import type { Job, Login } from '../../api/agent.ts'
import { setUpRoles } from './roles.ts'
import type { Session } from './session.ts'

try {
  process.stdout.write(`${await run(JSON.parse(await text(process.stdin)) as Job)}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}

async function run(job: Job): Promise<string> {
  if (job.kind === 'roles') return setUpRoles(job, connect)
  if (job.kind !== 'cql') throw new Error(`${job.kind} is no job of CQL`)
  const session = await connectAsOneOf(job.logins)
  try {
    for (const cql of job.statements) await session.execute(cql)
  } finally {
    await session.close()
  }
  return `${job.statements.length} statements done`
}

async function connectAsOneOf(logins: readonly (Login | null)[]): Promise<Session> {
  let last: unknown = new Error('no login was given')
  for (const login of logins) {
    try {
      return await connect(login)
    } catch (error) {
      last = error
    }
  }
  throw last
}

/** @throws when the node does not let the login in */
async function connect(login: Login | null): Promise<Session> {
  const here = '127.0.0.1:9042'
  const client = new Client({
    contactPoints: [here],
    localDataCenter: 'dc1',
    // This node and no other: what it answers is what it knows.
    policies: {
      loadBalancing: new policies.loadBalancing.RoundRobinPolicy(),
      reconnection: new policies.reconnection.ConstantReconnectionPolicy(1000),
    },
    pooling: { warmup: false, coreConnectionsPerHost: { '0': 1, '1': 0, '2': 0 } },
    isMetadataSyncEnabled: false,
    socketOptions: { connectTimeout: 5_000, readTimeout: 30_000 },
    ...(login === null ? {} : { authProvider: new auth.PlainTextAuthProvider(login.username, login.password) }),
  })
  try {
    await client.connect()
  } catch (error) {
    await client.shutdown()
    throw withCause(error)
  }
  return {
    execute: async (cql) => {
      await client.execute(cql)
    },
    close: () => client.shutdown(),
  }
}

/** The driver hides what each host said. */
function withCause(error: unknown): Error {
  const inner = Object.values((error as { innerErrors?: Record<string, Error> }).innerErrors ?? {})[0]
  return inner ?? (error instanceof Error ? error : new Error(String(error)))
}
