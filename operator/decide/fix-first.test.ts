import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartView } from '../../api/agent.ts'
import { unknown } from '../../lib/result.ts'
import { addressOf, NOW, type Options, type Stage, snapshot, uid, withAgent, withPod } from '../../test/snapshots.ts'
import { fixFirst } from './fix-first.ts'
import type { NodeView } from './types.ts'

const on =
  (index: number, change: (node: NodeView) => NodeView): Options['node'] =>
  (node, at) =>
    at === index ? change(node) : node
const deleted = (stages: readonly Stage[], more: Partial<Options> = {}): readonly string[] => {
  const verdict = fixFirst(snapshot({ stages, ...more }))
  return verdict.kind === 'act' ? verdict.steps.flatMap((step) => (step.kind === 'delete-pod' ? [step.uid] : [step.kind])) : []
}
const start = (change: Partial<StartView>): StartView => ({ phase: 'Started', message: 'x', since: NOW, attempts: 2, ...change })
const outdated = (node: NodeView) => withPod(node, { revision: 'old' })

test('a pod that has ended for good makes room for its successor', () => {
  for (const phase of ['Failed', 'Succeeded']) {
    assert.deepEqual(deleted(['up', 'down', 'up'], { node: on(1, (node) => withPod(node, { phase })) }), ['pod-1'])
  }
})

test('what is up, and what runs the newest template, is left alone however long it takes', () => {
  assert.deepEqual(deleted(['up', 'down', 'waiting', 'starting', 'silent']), [])
  assert.deepEqual(deleted(['up', 'up', 'up'], { node: outdated }), [])
  const trouble = { reason: 'Unschedulable', message: 'no room' } as const
  assert.deepEqual(deleted(['up', 'pending'], { node: on(1, (node) => withPod(node, { trouble })) }), [])
})

test('an outdated pod that cannot come up gets the newest template', () => {
  const trouble = { reason: 'ImagePullFailed', message: 'no such image' } as const
  const cases: readonly (readonly [Stage, (node: NodeView) => NodeView])[] = [
    ['pending', (node) => withPod(node, { trouble })],
    ['waiting', (node) => node],
    ['down', (node) => withAgent(node, { start: start({ phase: 'Refused', reason: 'InvalidSpec' }) })],
    ['down', (node) => withAgent(node, { start: start({ reason: 'StartFailed' }) })],
  ]
  for (const [stage, change] of cases) {
    assert.deepEqual(deleted(['up', stage, 'up'], { node: on(1, (node) => change(outdated(node))) }), ['pod-1'], stage)
  }
})

test('an outdated pod that may still come up is left to the roll', () => {
  assert.deepEqual(deleted(['up', 'down', 'up'], { node: on(1, outdated) }), [])
  assert.deepEqual(deleted(['up', 'starting', 'up'], { node: on(1, outdated) }), [])
  const first = (node: NodeView) => withAgent(outdated(node), { start: start({ reason: 'StartFailed', attempts: 1 }) })
  assert.deepEqual(deleted(['up', 'down', 'up'], { node: on(1, first) }), [])
})

test('without a template of the spec nothing is outdated', () => {
  const node = on(1, (each) => ({ ...withAgent(each, { start: start({ phase: 'Refused' }) }), wantedRevision: undefined }))
  assert.deepEqual(deleted(['up', 'down', 'up'], { node }), [])
})

test('a mute agent: the views of all others must say that the member is down', () => {
  const mute = on(1, (node) => withPod(outdated(node), { ready: false }))
  assert.deepEqual(deleted(['up', 'silent', 'up'], { node: mute }), [], 'they see it up')
  const seenDown: Options['view'] = (view) => ({ ...view, live: view.live.filter((address) => address !== addressOf(1)) })
  assert.deepEqual(deleted(['up', 'silent', 'up'], { node: mute, view: seenDown }), ['pod-1'])
  const oneSees: Options['view'] = (view, index) => (index === 0 ? (seenDown?.(view, index) ?? view) : view)
  assert.deepEqual(deleted(['up', 'silent', 'up'], { node: mute, view: oneSees }), [])
  assert.deepEqual(deleted(['up', 'silent', 'silent'], { node: mute, view: seenDown }), [], 'a view is missing')
  assert.deepEqual(deleted(['silent'], { node: (node) => outdated(node) }), [], 'nobody else can say it')
})

test('a mute agent of a node that has not joined: the kubelet says that it does not serve', () => {
  const fresh = (node: NodeView): NodeView => ({ ...outdated(node), record: { ...node.record, status: {} } })
  assert.deepEqual(deleted(['up', 'silent'], { node: on(1, (node) => withPod(fresh(node), { ready: false })) }), ['pod-1'])
  assert.deepEqual(deleted(['up', 'silent'], { node: on(1, (node) => withPod(fresh(node), { ready: true })) }), [])
})

test('a pod whose address another member holds goes, because the next one has another', () => {
  const taken = on(1, (node) => withAgent(node, { start: start({ reason: 'AddressTaken', attempts: 1 }) }))
  assert.deepEqual(deleted(['up', 'down', 'up'], { node: taken }), ['pod-1'])
  assert.deepEqual(deleted(['up', 'up', 'up'], { node: taken }), [], 'it serves')
})

test('a pod that is ending, perhaps on a machine that is lost, is never deleted again', () => {
  const ending = on(1, (node) => withPod(outdated(node), { deleting: true, phase: 'Failed' }))
  assert.deepEqual(deleted(['up', 'down', 'up'], { node: ending }), [])
})

test('the silence of an agent does not end a join that was let start in that pod', () => {
  const mute = (node: NodeView): NodeView => ({ ...withPod(node, { revision: 'old' }), own: unknown('NoAnswer', 'no answer within 8 s') })
  const at = new Date(NOW).toISOString()
  const join = { id: 'addnode-1', type: 'AddNode', step: 'Grant', nodeUID: uid(1), specGeneration: 1, epoch: 4, attempts: 1 }
  const joining = (podUID: string) =>
    deleted(['up', 'joining'], { node: on(1, mute), status: { operation: { ...join, podUID, startedAt: at, stepSince: at } } })
  assert.deepEqual(joining('pod-1'), [])
  assert.deepEqual(joining('an-earlier-pod'), ['pod-1'])
})
