import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, type Stage, snapshot, times, withPod } from '../../test/snapshots.ts'
import { decide } from './order.ts'
import { recoverJoinedNodes } from './recover-joined-nodes.ts'

const made = (stages: readonly Stage[], more: Partial<Options> = {}) => {
  const verdict = recoverJoinedNodes(snapshot({ stages, ...more }))
  return verdict.kind === 'act' ? verdict.steps.flatMap((step) => (step.kind === 'create-pod' ? [step.node] : [step.kind])) : [verdict.kind]
}

test('all members without a pod get one at once, and three of them are seeds', () => {
  const verdict = recoverJoinedNodes(snapshot({ stages: times(6, 'gone') }))
  assert.equal(verdict.kind, 'act')
  const seeds = verdict.kind === 'act' ? verdict.steps.map((step) => step.kind === 'create-pod' && step.seed) : []
  assert.deepEqual(seeds, [true, true, true, false, false, false])
})

test('a node that has not joined waits for its grant like before', () => {
  assert.deepEqual(made(['up', 'recorded', 'up']), ['settled'])
})

test('a pod that is still there, ending on a machine that nobody reaches, is not made a second time', () => {
  assert.deepEqual(made(['up', 'silent', 'up'], { node: (node) => withPod(node, { deleting: true }) }), ['settled'])
})

test('a lost volume holds nobody else back, and somebody is told', () => {
  const node: Options['node'] = (each, index) => (index === 0 ? { ...each, claim: undefined } : each)
  assert.deepEqual(made(times(3, 'gone'), { node }), ['demo-dc1-rack2-0', 'demo-dc1-rack3-0'])
  const { verdict, notes } = decide(snapshot({ stages: ['gone', 'up', 'up'], node }))
  assert.deepEqual(
    notes.map(({ reason, message }) => `${reason} ${message}`),
    ['StorageFailed the volume of demo-dc1-rack1-0 is gone; its data is on the other replicas, and the node must be replaced'],
  )
  // Its place among the seeds is no use to anybody; there is nobody else to take it.
  assert.notEqual(verdict.kind, 'blocked')
})

test('the spec may be wrong for new pods, and the children may be refused: members come back', () => {
  const problem = { reason: 'NameConflict', message: 'Service demo-seeds is not ours' } as const
  const { verdict } = decide(snapshot({ stages: ['gone', 'up', 'up'], snapshot: { childProblems: [problem], podProblem: problem } }))
  assert.equal(verdict.kind === 'act' && verdict.steps[0]?.kind, 'create-pod')
})
