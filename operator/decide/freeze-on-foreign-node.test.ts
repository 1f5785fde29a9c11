import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forming, type Options, type Stage, snapshot, times, uid } from '../../test/snapshots.ts'
import { freezeOnForeignNode } from './freeze-on-foreign-node.ts'
import { decide } from './order.ts'

const stranger: Options['view'] = (view, index) =>
  index === 0 ? { ...view, hostIDs: { ...view.hostIDs, '10.9.9.9:7000': 'stranger' } } : view
const frozen = (stages: readonly Stage[], more: Partial<Options> = {}) =>
  freezeOnForeignNode(snapshot({ stages, view: stranger, ...more })).kind

test('one view that lists a host id without a record is enough', () => {
  const verdict = freezeOnForeignNode(snapshot({ stages: times(3, 'up'), view: stranger }))
  assert.deepEqual(verdict, {
    kind: 'blocked',
    reason: 'ForeignNode',
    message: 'demo-dc1-rack1-0 sees host id stranger at 10.9.9.9:7000, which no CassandraNode explains; the topology is frozen',
  })
})

test('it may be a node of ours that starts and has not said its name', () => {
  assert.equal(frozen(['up', 'up', 'up', 'starting']), 'settled')
  const nameless: Options['node'] = (node, index) => (index === 3 ? { ...node, record: { ...node.record, status: {} } } : node)
  assert.equal(freezeOnForeignNode(snapshot({ stages: ['up', 'up', 'up', 'silent'], node: nameless })).kind, 'settled')
  assert.equal(frozen(['up', 'up', 'up', 'silent'], { node: nameless }), 'blocked', 'two names for one node')
})

test('it cannot be one that was not let start, or that has said its name', () => {
  assert.equal(frozen(['up', 'up', 'up', 'waiting']), 'blocked')
  assert.equal(frozen(['up', 'up', 'up', 'joining']), 'blocked')
})

test('nobody joins beside a stranger, and members come back all the same', () => {
  const join = decide(snapshot({ stages: [...times(3, 'up'), 'waiting'], view: stranger }))
  assert.equal(join.verdict.kind, 'blocked')
  const back = decide(snapshot({ stages: ['up', 'gone', 'up'], view: stranger }))
  assert.equal(back.verdict.kind === 'act' && back.verdict.steps[0]?.kind, 'create-pod')
})

test('in the first formation too', () => {
  const status = forming({ bootstrap: { firstNode: { node: 'x', nodeUID: uid(0), pvcUID: 'claim-0' } } })
  assert.equal(decide(snapshot({ stages: ['up', 'waiting', 'waiting'], status, view: stranger })).verdict.kind, 'blocked')
})
