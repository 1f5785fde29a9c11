// The superuser of the Secret exists with its password, and the login that every Cassandra is born with is closed.
import type { Job, Login } from '../../api/agent.ts'
import type { Session } from './cql-worker.ts'

type Connect = (login: Login | null) => Promise<Session>

const BORN: Login = { username: 'cassandra', password: 'cassandra' }

/** Idempotent: it may have run before, wholly or in part. */
export async function setUpRoles(job: Extract<Job, { readonly kind: 'roles' }>, connect: Connect): Promise<string> {
  const { superuser } = job
  if (!(await mayEnter(connect, superuser))) await makeSuperuser(job, connect)
  if (superuser.username === BORN.username) return 'the superuser has the password of the Secret'
  await asUser(connect, superuser, (session) => session.execute(`ALTER ROLE ${name(BORN)} WITH LOGIN = false AND SUPERUSER = false`))
  return `superuser ${superuser.username} is ready, the login ${BORN.username} is disabled`
}

async function makeSuperuser({ superuser, previous }: Extract<Job, { readonly kind: 'roles' }>, connect: Connect): Promise<void> {
  const candidates = [...(previous === undefined ? [] : [previous]), BORN]
  let last: unknown
  for (const login of candidates) {
    try {
      return await asUser(connect, login, async (session) => {
        const options = `WITH PASSWORD = ${text(superuser.password)} AND LOGIN = true AND SUPERUSER = true`
        await session.execute(`CREATE ROLE IF NOT EXISTS ${name(superuser)} ${options}`)
        // Only where it stood there already with another password: 5.0 takes one password in five seconds.
        if (!(await mayEnter(connect, superuser))) await session.execute(`ALTER ROLE ${name(superuser)} ${options}`)
      })
    } catch (error) {
      last = error
    }
  }
  throw last
}

async function asUser(connect: Connect, login: Login, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await connect(login)
  try {
    await work(session)
  } finally {
    await session.close()
  }
}

async function mayEnter(connect: Connect, login: Login): Promise<boolean> {
  try {
    await asUser(connect, login, async () => undefined)
    return true
  } catch {
    return false // and if the reason is another one, what follows fails with it
  }
}

function name(login: Login): string {
  return `"${login.username.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
