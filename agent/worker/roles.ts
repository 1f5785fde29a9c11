// The logins of a ring: the operator's own, which opens the door for every later change; the superuser of the Secret, with
// its password; and the login that every Cassandra is born with, closed.
import type { Job, Login } from '../../api/agent.ts'
import type { Session } from './session.ts'

type Connect = (login: Login | null) => Promise<Session>

const BORN: Login = { username: 'cassandra', password: 'cassandra' }

/** Idempotent: it may have run before, wholly or in part. @throws with the words of the last login that was tried */
export async function setUpRoles({ operator, superuser }: Extract<Job, { readonly kind: 'roles' }>, connect: Connect): Promise<string> {
  // A ring whose operator Secret was lost takes the superuser; a new ring only the one it is born with.
  if (!(await mayEnter(connect, operator))) await asFirst(connect, [superuser, BORN], (session) => make(session, connect, operator))
  await asFirst(connect, [operator], async (session) => {
    if (!(await mayEnter(connect, superuser))) await make(session, connect, superuser)
    await session.execute(`ALTER ROLE ${name(BORN)} WITH LOGIN = false AND SUPERUSER = false`)
  })
  return `superuser ${superuser.username} is ready, the login ${BORN.username} is disabled`
}

async function make(session: Session, connect: Connect, login: Login): Promise<void> {
  const options = `WITH PASSWORD = ${text(login.password)} AND LOGIN = true AND SUPERUSER = true`
  await session.execute(`CREATE ROLE IF NOT EXISTS ${name(login)} ${options}`)
  // Only where it stood there already with another password: 5.0 takes one password in five seconds.
  if (!(await mayEnter(connect, login))) await session.execute(`ALTER ROLE ${name(login)} ${options}`)
}

async function asFirst(connect: Connect, logins: readonly Login[], work: (session: Session) => Promise<void>): Promise<void> {
  let last: unknown
  for (const login of logins) {
    const session = await connect(login).catch((error: unknown) => {
      last = error
    })
    if (session === undefined) continue
    try {
      return await work(session)
    } finally {
      await session.close()
    }
  }
  throw last
}

async function mayEnter(connect: Connect, login: Login): Promise<boolean> {
  const session = await connect(login).catch(() => undefined) // and if the reason is another one, what follows fails with it
  await session?.close()
  return session !== undefined
}

function name(login: Login): string {
  return `"${login.username.replaceAll('"', '""')}"`
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`
}
