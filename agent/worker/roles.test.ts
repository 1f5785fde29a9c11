// Against a Cassandra that keeps roles and passwords and nothing else; test/cassandra does it on the real ones.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Login } from '../../api/agent.ts'
import { setUpRoles } from './roles.ts'
import type { Session } from './session.ts'

const OPERATOR: Login = { username: 'ringkeeper', password: 'own' }
const ADMIN: Login = { username: 'admin', password: 'first' }
const BORN: Login = { username: 'cassandra', password: 'cassandra' }

/** Roles that may log in, with their passwords; each statement that was run. */
function ring(...logins: readonly Login[]) {
  const roles = new Map(logins.map(({ username, password }) => [username, password]))
  const statements: string[] = []
  const execute = async (cql: string): Promise<void> => {
    statements.push(cql)
    const [, verb, role = ''] = /^(CREATE ROLE IF NOT EXISTS|ALTER ROLE) "([^"]*)"/.exec(cql) ?? []
    const password = /PASSWORD = '([^']*)'/.exec(cql)?.[1]
    if (cql.includes('LOGIN = false')) roles.delete(role)
    else if (password !== undefined && (verb === 'ALTER ROLE' || !roles.has(role))) roles.set(role, password)
  }
  const connect = async (login: Login | null): Promise<Session> => {
    if (login === null || roles.get(login.username) !== login.password) throw new Error(`${login?.username} is not let in`)
    return { execute, close: async () => undefined }
  }
  return { roles, statements, connect }
}

const wanted = { kind: 'roles', operator: OPERATOR, superuser: ADMIN } as const

describe('a new ring', () => {
  test('gets both logins and closes the one that it was born with', async () => {
    const { roles, connect } = ring(BORN)
    assert.equal(await setUpRoles(wanted, connect), 'superuser admin is ready, the login cassandra is disabled')
    assert.deepEqual(Object.fromEntries(roles), { ringkeeper: 'own', admin: 'first' })
  })

  test('takes no password twice: 5.0 refuses the second within five seconds', async () => {
    const { statements, connect } = ring(BORN)
    await setUpRoles(wanted, connect)
    assert.equal(statements.filter((cql) => cql.includes('PASSWORD')).length, 2)
  })

  test('that lets nobody in yet says so', async () => {
    await assert.rejects(setUpRoles(wanted, ring().connect), /cassandra is not let in/)
  })
})

describe('a ring that serves', () => {
  test('takes another password of the Secret', async () => {
    const { roles, connect } = ring(OPERATOR, ADMIN)
    await setUpRoles({ ...wanted, superuser: { ...ADMIN, password: 'second' } }, connect)
    assert.deepEqual(Object.fromEntries(roles), { ringkeeper: 'own', admin: 'second' })
  })

  test('takes another superuser, and the one before stays until the user drops it', async () => {
    const { roles, connect } = ring(OPERATOR, ADMIN)
    await setUpRoles({ ...wanted, superuser: { username: 'root', password: 'x' } }, connect)
    assert.deepEqual([...roles.keys()].sort(), ['admin', 'ringkeeper', 'root'])
  })

  test('gets a lost login of the operator back through the superuser', async () => {
    const { roles, connect } = ring({ ...OPERATOR, password: 'lost' }, ADMIN)
    await setUpRoles(wanted, connect)
    assert.deepEqual(Object.fromEntries(roles), { ringkeeper: 'own', admin: 'first' })
  })

  test('changes nothing when everything stands', async () => {
    const { statements, connect } = ring(OPERATOR, ADMIN)
    await setUpRoles(wanted, connect)
    assert.deepEqual(statements, ['ALTER ROLE "cassandra" WITH LOGIN = false AND SUPERUSER = false'])
  })
})
