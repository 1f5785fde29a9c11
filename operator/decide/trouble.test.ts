import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, type Stage, snapshot, withAgent, withPod } from '../../test/snapshots.ts'
import { troubleOf } from './trouble.ts'
import type { NodeView } from './types.ts'

const trouble = (stage: Stage, change: (node: NodeView) => NodeView = (node) => node) => {
  const [node] = snapshot({ stages: [stage] }).nodes
  assert.ok(node !== undefined)
  return troubleOf(change(node), NOW)
}
const start = { phase: 'Started', message: 'Invalid yaml', since: NOW, attempts: 2 } as const

test('a node that only takes its time has none', () => {
  for (const stage of ['recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone'] as const) {
    assert.equal(trouble(stage), undefined, stage)
  }
})

test('what scheduler and kubelet say, once the pod had a moment', () => {
  const unschedulable = { reason: 'Unschedulable', message: 'no room' } as const
  assert.deepEqual(
    trouble('pending', (node) => withPod(node, { trouble: unschedulable })),
    unschedulable,
  )
  assert.equal(
    trouble('pending', (node) => withPod(node, { trouble: unschedulable, createdAt: NOW - 9_000 })),
    undefined,
  )
  assert.equal(
    trouble('pending', (node) => withPod(node, { trouble: unschedulable, deleting: true })),
    undefined,
  )
})

test('a start that is refused, or that failed before', () => {
  assert.equal(
    trouble('down', (node) => withAgent(node, { start: { ...start, phase: 'Refused', reason: 'HostIDRetired' } }))?.reason,
    'HostIDRetired',
  )
  assert.equal(trouble('down', (node) => withAgent(node, { start: { ...start, reason: 'CommitLogCorrupt' } }))?.reason, 'CommitLogCorrupt')
  assert.equal(
    trouble('down', (node) => withAgent(node, { start: { ...start, reason: 'CommitLogCorrupt', attempts: 1 } })),
    undefined,
  )
})

test('a word of an agent that is not on our list is no reason', () => {
  for (const reason of ['FromTheFuture', 'constructor', undefined]) {
    const found = trouble('down', (node) =>
      withAgent(node, { start: { ...start, phase: 'Refused', ...(reason === undefined ? {} : { reason }) } }),
    )
    assert.equal(found?.reason, 'StartFailed')
  }
})
