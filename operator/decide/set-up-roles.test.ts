import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forming, NOW, type Options, snapshot, times, uid, withJob } from '../../test/snapshots.ts'
import { setUpRoles } from './set-up-roles.ts'

const changed = { superuser: { revision: 'r2' } }
const ask = (more: Partial<Options> = {}) => setUpRoles(snapshot({ stages: times(3, 'up'), snapshot: changed, ...more }))
const job =
  (change: Parameters<typeof withJob>[1]): Options['node'] =>
  (node, index) =>
    index === 0 ? withJob(node, { kind: 'roles', ...change }) : node

test('a Secret that is in effect, authentication that is off, a Secret that is wrong: nothing', () => {
  assert.equal(setUpRoles(snapshot({ stages: times(3, 'up') })).kind, 'settled')
  assert.equal(ask({ spec: { auth: { enabled: false } } }).kind, 'settled')
  assert.equal(ask({ snapshot: { superuser: { reason: 'SecretInvalid', message: 'x' } } }).kind, 'settled')
})

test('a changed one is put into effect on a node that serves, once', () => {
  const verdict = ask({ stages: ['up', 'up', 'up'] })
  assert.deepEqual(verdict.kind === 'act' && verdict.steps, [
    { kind: 'agent-job', node: 'demo-dc1-rack1-0', jobID: 'roles-r2.1', job: { kind: 'roles' } },
  ])
  assert.equal(ask({ node: job({ id: 'roles-r2.1', state: 'Running' }) }).kind, 'wait')
  const done = ask({ node: job({ id: 'roles-r2.1', state: 'Done' }) })
  const [step] = done.kind === 'act' ? done.steps : []
  assert.equal(step?.kind === 'patch-status' && step.patch.superuserRevision, 'r2')
  assert.equal(step?.kind === 'patch-status' && step.patch.bootstrap?.firstNode?.nodeUID, uid(0), 'what is remembered stays')
})

test('one that cannot be put into effect is told, and holds up nothing in a ring that serves', () => {
  const failed: Partial<Options> = { node: job({ id: 'roles-r2.1', state: 'Failed', message: 'no login is let in', finishedAt: NOW }) }
  const verdict = ask(failed)
  assert.equal(verdict.kind, 'noted')
  assert.match(verdict.kind === 'noted' ? verdict.message : '', /no login is let in/)
  assert.equal(ask({ ...failed, status: forming() }).kind, 'wait', 'a ring is not published without its superuser')
})

test('nobody serves: it waits', () => {
  assert.equal(ask({ stages: times(3, 'down') }).kind, 'wait')
})
