// The roles and statements of the operator, through the program that the agent starts for them.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Job, Login } from '../../api/agent.ts'
import { replicationOf } from '../../cassandra/model/replication.ts'
import type { HandNode } from '../../local/by-hand.ts'
import { command } from '../../local/command.ts'
import { query } from '../../local/cql.ts'
import { home } from '../../local/home.ts'
import { eventually } from '../e2e/eventually.ts'
import { CQL_ADDRESS } from './one-node.ts'
import { knownView } from './views.ts'

const BORN: Login = { username: 'cassandra', password: 'cassandra' }
const OPERATOR: Login = { username: 'ringkeeper', password: "op'erator" }
const FIRST: Login = { username: 'Ad"min', password: "first's" }
/** What stands in the Secret in the end. */
export const SUPERUSER: Login = { ...FIRST, password: 'sec"ond' }
/** A node remembers roles and passwords for two seconds; a busy machine may take longer. */
const PATIENCE_MS = 30_000

export function proveLogins(running: () => HandNode): void {
  test('the superuser is made and the login cassandra is closed, also a second time', async () => {
    // What Cassandra is born with comes a moment after CQL.
    await eventually('the first login', PATIENCE_MS, () => mayEnter(BORN))
    const done = await work({ kind: 'roles', operator: OPERATOR, superuser: FIRST })
    assert.equal(done, 'superuser Ad"min is ready, the login cassandra is disabled\n')
    assert.equal(await work({ kind: 'roles', operator: OPERATOR, superuser: FIRST }), done)
    const roles = await query(CQL_ADDRESS, FIRST, 'SELECT role, can_login, is_superuser FROM system_auth.roles')
    assert.deepEqual(
      roles.toSorted((a, b) => String(a.role).localeCompare(String(b.role))),
      [
        { role: FIRST.username, can_login: true, is_superuser: true },
        { role: BORN.username, can_login: false, is_superuser: false },
        { role: OPERATOR.username, can_login: true, is_superuser: true },
      ],
    )
    await eventually('the login cassandra is closed', PATIENCE_MS, async () => !(await mayEnter(BORN)))
  })

  test('a new password of the Secret is set by the operator', async () => {
    // 5.0 takes one password of a role in five seconds; the operator asks again too.
    const changed = () => work({ kind: 'roles', operator: OPERATOR, superuser: SUPERUSER })
    assert.match(await eventually('the password is changed', PATIENCE_MS, changed), /is ready/)
    await eventually('the new password opens', PATIENCE_MS, () => mayEnter(SUPERUSER))
    await eventually('the old password does not', PATIENCE_MS, async () => !(await mayEnter(FIRST)))
  })

  test('statements run as the first login that is let in', async () => {
    const statements = ['system_auth', 'system_distributed', 'system_traces'].map(
      (keyspace) => `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
    )
    assert.equal(await work({ kind: 'cql', logins: [FIRST, null, SUPERUSER], statements }), '3 statements done\n')
    const { keyspaces, schemaVersions } = await knownView(running().jolokia)
    assert.deepEqual(
      Object.values(keyspaces).map(replicationOf),
      Array.from({ length: 3 }, () => ({ strategy: 'NetworkTopology', byDatacenter: { dc1: 1 } })),
    )
    assert.equal(Object.keys(schemaVersions).length, 1)
    await assert.rejects(work({ kind: 'cql', logins: [SUPERUSER], statements: ['ALTER KEYSPACE none WITH durable_writes = true'] }), /none/)
  })
}

async function mayEnter(login: Login): Promise<boolean> {
  return query(CQL_ADDRESS, login, 'SELECT now() FROM system.local').then(
    () => true,
    () => false,
  )
}

/** One run of the worker; throws with its words. */
function work(job: Job): Promise<string> {
  return command(process.execPath, [join(home.checkout, 'agent', 'worker', 'cql-worker.ts')], { input: JSON.stringify(job) })
}
