import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, snapshot, times, withJob } from '../../test/snapshots.ts'
import { addNode } from './add-node.ts'
import type { Verdict } from './types.ts'

const BASE = 'resume-pod-3'
function join(bootstrapFailed: boolean, ...jobs: readonly Parameters<typeof withJob>[1][]): Verdict {
  return addNode(
    snapshot({
      stages: [...times(3, 'up'), 'joining'],
      view: (view, index) => (index === 3 ? { ...view, operationMode: 'JOINING_FAILED', bootstrapFailed } : view),
      node: (node, index) => (index === 3 ? jobs.reduce(withJob, node) : node),
    }),
  )
}

test('a join that goes on is waited for, whatever its mode', () => {
  const verdict = join(false)
  assert.equal(verdict.kind === 'wait' && verdict.reason, 'Joining')
})

test('a join that Cassandra gave up is resumed, three times, and then begun again by the next pod', () => {
  const ended = { state: 'Done', finishedAt: NOW - 60_000 } as const
  const started = (verdict: Verdict) => verdict.kind === 'act' && verdict.steps[0]?.kind === 'agent-job' && verdict.steps[0].jobID
  assert.equal(started(join(true)), `${BASE}.1`)
  assert.equal(started(join(true, { id: `${BASE}.2`, ...ended })), `${BASE}.3`)
  const last = join(true, { id: `${BASE}.3`, ...ended, message: 'stream failed' })
  assert.equal(last.kind === 'act' && last.reason, 'JoinFailed')
  assert.equal(last.kind === 'act' && last.steps[0]?.kind, 'delete-pod')
})

test('what was just resumed may still show that it had failed', () => {
  assert.equal(join(true, { id: `${BASE}.1`, state: 'Running' }).kind, 'wait')
  assert.equal(join(true, { id: `${BASE}.1`, state: 'Done', finishedAt: NOW - 20_000 }).kind, 'wait')
})
