import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { reasons } from '../../api/reasons.ts'
import { NOW, type Options, type Stage, snapshot, times, withAgent, withPod } from '../../test/snapshots.ts'
import { nodeStatus } from './node-status.ts'

const statuses = (stages: readonly Stage[], more: Partial<Options> = {}) => {
  const world = snapshot({ stages, ...more })
  return world.nodes.map((node) => nodeStatus(node, world))
}
const ready = (stages: readonly Stage[], index: number, more: Partial<Options> = {}) => {
  const found = statuses(stages, more)[index]?.conditions?.find(({ type }) => type === 'Ready')
  return `${found?.status} ${found?.reason}: ${found?.message}`
}

describe('the state, as nodetool prints it', () => {
  test('by its own word, or by the views of the others', () => {
    assert.deepEqual(
      statuses(['up', 'silent', 'down', 'gone', 'joining', 'waiting', 'recorded']).map(({ state }) => state),
      ['UN', 'UN', 'DN', 'DN', 'UJ', '-', '-'],
    )
  })
  test('nobody can tell', () =>
    assert.deepEqual(
      statuses(times(2, 'silent')).map(({ state }) => state),
      ['?N', '?N'],
    ))
})

test('a host id is kept once it is known, also by the marker alone', () => {
  const nameless: Options['node'] = (node) => ({ ...node, record: { ...node.record, status: {} } })
  assert.deepEqual(
    statuses(['up', 'waiting'], { node: nameless }).map(({ hostID }) => hostID),
    ['host-0', undefined],
  )
  assert.deepEqual(
    statuses(['silent']).map(({ hostID }) => hostID),
    ['host-0'],
  )
})

test('every stage has two conditions with a listed reason and words', () => {
  for (const stage of ['recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone'] as const) {
    const conditions = statuses([stage, 'up'])[0]?.conditions ?? []
    assert.deepEqual(
      conditions.map(({ type }) => type),
      ['Ready', 'Joined'],
    )
    for (const each of conditions) assert.ok(Object.hasOwn(reasons, each.reason) && each.message !== '', `${stage} ${each.type}`)
  }
})

test('why it is not ready: what knows best says it', () => {
  const trouble = { reason: 'Unschedulable', message: 'no Kubernetes node fits' } as const
  assert.equal(ready(['up', 'pending'], 1, { node: (node) => withPod(node, { trouble }) }), 'False Unschedulable: no Kubernetes node fits')
  assert.equal(ready(['up', 'gone'], 1), 'False Restarting: it has no pod')
  assert.equal(ready(['up', 'up'], 0), 'True Up: demo-dc1-rack1-0 serves')
  const start = { phase: 'Started', reason: 'CommitLogCorrupt', message: 'bad replay', since: NOW, attempts: 2 } as const
  const failed: Options['node'] = (node, index) => (index === 1 ? withAgent(node, { start }) : node)
  assert.equal(ready(['up', 'down'], 1, { node: failed }), 'False CommitLogCorrupt: bad replay')
})

test('a reason that the list lacks is never written', () => {
  const start = { phase: 'Refused', reason: 'FromTheFuture', message: 'no', since: NOW, attempts: 0 } as const
  assert.match(ready(['up', 'down'], 1, { node: (node) => withAgent(node, { start }) }), /^False StartFailed: no/)
})

test('the load is written when it moved by 5 % and a megabyte', () => {
  const load = (bytes: number) =>
    statuses(['up'], {
      view: (view) => ({ ...view, loadBytes: bytes }),
      node: (node) => ({ ...node, record: { ...node.record, status: { hostID: 'host-0', load: '95.4 MiB', loadBytes: '100000000' } } }),
    })[0]
  assert.equal(load(104_000_000)?.loadBytes, '100000000')
  assert.equal(load(106_000_000)?.loadBytes, '106000000')
  assert.equal(load(106_000_000)?.load, '101.1 MiB')
})

test('what it owns is its share of the ring', () => {
  assert.deepEqual(
    statuses(times(4, 'up'), { racks: 1 }).map(({ owns }) => owns),
    ['25.0%', '25.0%', '25.0%', '25.0%'],
  )
})
