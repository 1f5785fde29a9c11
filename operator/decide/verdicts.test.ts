import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NOW, snapshot, times, withJob } from '../../test/snapshots.ts'
import { courseOf, operation } from './verdicts.ts'

describe('the journal', () => {
  const world = snapshot({ stages: times(2, 'up') })
  const later = (before: ReturnType<typeof operation>, ms: number) => ({
    ...world,
    now: NOW + ms,
    epoch: 9,
    status: { ...world.status, operation: before },
  })
  const begun = operation(world, 'AddNode', 'Grant', 'x joins', world.nodes[1])

  test('names what the step acts on, and the generation and epoch that it was begun for', () => {
    assert.deepEqual(
      { ...begun },
      {
        id: `addnode-${NOW}`,
        type: 'AddNode',
        step: 'Grant',
        node: 'demo-dc1-rack2-0',
        nodeUID: '00000001-node-uid',
        podUID: 'pod-1',
        specGeneration: 1,
        epoch: 4,
        attempts: 1,
        startedAt: new Date(NOW).toISOString(),
        stepSince: new Date(NOW).toISOString(),
        message: 'x joins',
      },
    )
  })

  test('the same step again: another attempt of the same operation, since the same time', () => {
    const again = operation(later(begun, 5_000), 'AddNode', 'Grant', 'x joins', world.nodes[1])
    assert.deepEqual([again.id, again.attempts, again.stepSince, again.epoch], [begun.id, 2, begun.stepSince, 9])
  })

  test('the next step: the same operation, and its own time', () => {
    const next = operation(later(begun, 5_000), 'AddNode', 'Settle', 'x has joined', world.nodes[1])
    assert.deepEqual([next.id, next.attempts, next.startedAt], [begun.id, 1, begun.startedAt])
    assert.equal(next.stepSince, new Date(NOW + 5_000).toISOString())
  })

  test('another node or another type: another operation', () => {
    assert.notEqual(operation(later(begun, 5_000), 'AddNode', 'Grant', 'y', world.nodes[0]).id, begun.id)
    assert.notEqual(operation(later(begun, 5_000), 'Rollout', 'Restart', 'y').id, begun.id)
  })
})

describe('a job', () => {
  const base = 'repair-system_auth-dc1-3'
  const course = (...jobs: readonly Parameters<typeof withJob>[1][]) => {
    const [node] = snapshot({ stages: ['up'], node: (each) => jobs.reduce(withJob, each) }).nodes
    assert.ok(node !== undefined)
    const found = courseOf(node, base, { kind: 'repair', keyspace: 'system_auth' })
    return found.kind === 'start' && found.step.kind === 'agent-job' ? `start ${found.step.jobID}` : found.kind
  }

  test('is begun under number one, and found again by its name alone', () => {
    assert.equal(course(), `start ${base}.1`)
    assert.equal(course({ id: `${base}.1`, state: 'Running' }), 'running')
    assert.equal(course({ id: `${base}.1`, state: 'Done' }), 'done')
    assert.equal(course({ id: `${base}0.1`, state: 'Done' }), `start ${base}.1`, 'the name of another one begins alike')
  })

  test('the newest attempt counts, and attempts are numbers', () => {
    const tries = Array.from({ length: 10 }, (_, index) => ({
      id: `${base}.${index + 1}`,
      state: 'Failed' as const,
      finishedAt: NOW - 90_000,
    }))
    assert.equal(course(...tries), `start ${base}.11`)
    assert.equal(course({ id: `${base}.2`, state: 'Done' }, { id: `${base}.1`, state: 'Failed' }), 'done')
  })

  test('a failed or lost one is made again, after a pause that grows and has an end', () => {
    const failed = (number: number, ago: number) => course({ id: `${base}.${number}`, state: 'Failed', finishedAt: NOW - ago })
    assert.equal(failed(1, 500), 'running')
    assert.equal(failed(1, 1_000), `start ${base}.2`)
    assert.equal(failed(4, 7_000), 'running')
    assert.equal(failed(4, 8_000), `start ${base}.5`)
    assert.equal(failed(60, 30_000), `start ${base}.61`)
    assert.equal(course({ id: `${base}.1`, state: 'Lost', finishedAt: NOW - 60_000 }), `start ${base}.2`)
  })
})
