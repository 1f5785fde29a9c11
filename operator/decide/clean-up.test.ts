import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NOW, type Options, snapshot, times, withJob } from '../../test/snapshots.ts'
import { cleanUp } from './clean-up.ts'
import { decide } from './order.ts'

const pending = ['demo-dc1-rack1-0', 'demo-dc1-rack2-0']
const JOB = 'cleanup-4-00000000'
const world = (more: Partial<Options> = {}) => snapshot({ stages: times(4, 'up'), status: { cleanup: { pending } }, ...more })
const first =
  (job: Parameters<typeof withJob>[1]): Options['node'] =>
  (node, index) =>
    index === 0 ? withJob(node, { kind: 'cleanup', ...job }) : node

test('one node at a time, in order', () => {
  const verdict = cleanUp(world())
  assert.deepEqual(verdict.kind === 'act' && verdict.steps, [
    { kind: 'agent-job', node: 'demo-dc1-rack1-0', jobID: `${JOB}.1`, job: { kind: 'cleanup' } },
  ])
  assert.equal(cleanUp(world({ node: first({ id: `${JOB}.1`, state: 'Running' }) })).kind, 'wait')
})

test('what is done is taken from the list, and the last takes the list', () => {
  const done = cleanUp(world({ node: first({ id: `${JOB}.1`, state: 'Done' }) }))
  assert.deepEqual(done.kind === 'act' && done.steps, [{ kind: 'patch-status', patch: { cleanup: { pending: ['demo-dc1-rack2-0'] } } }])
  const last = cleanUp(world({ status: { cleanup: { pending: pending.slice(0, 1) } }, node: first({ id: `${JOB}.1`, state: 'Done' }) }))
  assert.deepEqual(last.kind === 'act' && last.steps, [{ kind: 'patch-status', patch: { cleanup: null } }])
})

test('a cleanup of an earlier size of the ring does not count', () => {
  const verdict = cleanUp(world({ node: first({ id: 'cleanup-3-00000000.1', state: 'Done' }) }))
  assert.equal(verdict.kind === 'act' && verdict.steps[0]?.kind, 'agent-job')
})

test('a failed one is made again under the next number, after a pause', () => {
  const failed = { id: `${JOB}.2`, state: 'Failed', message: 'aborted' } as const
  const verdict = cleanUp(world({ node: first({ ...failed, finishedAt: NOW - 60_000 }) }))
  assert.equal(verdict.kind === 'act' && verdict.steps[0]?.kind === 'agent-job' && verdict.steps[0].jobID, `${JOB}.3`)
  assert.equal(cleanUp(world({ node: first({ ...failed, finishedAt: NOW }) })).kind, 'wait')
})

test('a node that is gone needs none', () => {
  const verdict = cleanUp(world({ status: { cleanup: { pending: ['gone', ...pending] } } }))
  assert.deepEqual(verdict.kind === 'act' && verdict.steps, [{ kind: 'patch-status', patch: { cleanup: { pending } } }])
})

describe('not while the ring changes', () => {
  test('a member is down, or somebody joins', () => {
    assert.equal(cleanUp(world({ stages: ['up', 'up', 'up', 'down'] })).kind, 'wait')
    assert.equal(cleanUp(world({ stages: ['up', 'up', 'up', 'joining'] })).kind, 'wait')
  })

  test('a node that waits for its grant waits for the cleanup, and not the cleanup for it', () => {
    const grown = snapshot({ stages: [...times(4, 'up'), 'waiting'], spec: { nodes: 6 }, status: { cleanup: { pending } } })
    const { verdict } = decide(grown)
    assert.equal(verdict.kind === 'act' && verdict.steps[0]?.kind, 'agent-job')
  })
})
