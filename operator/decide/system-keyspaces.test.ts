import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, type Stage, snapshot, times, withJob } from '../../test/snapshots.ts'
import { raiseSystemReplication } from './system-keyspaces.ts'
import type { Verdict } from './types.ts'

const none = { systemKeyspaces: undefined }
/** As Cassandra is born. */
const born: Options['view'] = (view) => ({
  ...view,
  keyspaces: {
    system_auth: { replication_factor: '1' },
    system_distributed: { replication_factor: '3' },
    system_traces: { replication_factor: '2' },
  },
})
const raise = (stages: readonly Stage[], more: Partial<Options> = {}) => raiseSystemReplication(snapshot({ stages, status: none, ...more }))
const jobs = (verdict: Verdict) =>
  verdict.kind === 'act'
    ? verdict.steps.flatMap((step) => (step.kind === 'agent-job' ? [`${step.node} ${step.jobID}`] : [step.kind]))
    : [verdict.kind]
const repaired: Options['node'] = (node) =>
  ['system_auth-dc1-3', 'system_distributed-dc1-3', 'system_traces-dc1-2'].reduce(
    (each, id) => withJob(each, { id: `repair-${id}.1` }),
    node,
  )

test('all three are altered on one node, with as many replicas as there are nodes, at most 3, 3 and 2', () => {
  const wanted = (count: number) => {
    const verdict = raise(times(count, 'up'), { view: born })
    const [step] = verdict.kind === 'act' ? verdict.steps : []
    return step?.kind === 'agent-job' && step.job.kind === 'alter-keyspaces' && Object.values(step.job.replication).map(({ dc1 }) => dc1)
  }
  assert.deepEqual(wanted(1), ['1', '1', '1'])
  assert.deepEqual(wanted(2), ['2', '2', '2'])
  assert.deepEqual(wanted(5), ['3', '3', '2'])
})

test('only what is not so in every view is altered, and only when every view can be read', () => {
  const one: Options['view'] = (view, index) =>
    index === 2 ? { ...view, keyspaces: { ...view.keyspaces, system_auth: { dc1: '1' } } } : view
  assert.equal(jobs(raise(times(3, 'up'), { view: one })).length, 1)
  assert.deepEqual(jobs(raise(['up', 'silent', 'up'], { view: born })), ['wait'])
  assert.deepEqual(jobs(raise(['up', 'down', 'up'], { view: born })), ['wait'])
})

test('after the alter every node repairs, because an alter moves no data', () => {
  const verdict = raise(times(3, 'up'))
  const nodes = verdict.kind === 'act' ? verdict.steps.flatMap((step) => ('node' in step ? [step.node] : [])) : []
  assert.equal(new Set(nodes).size, 3)
  assert.ok(verdict.kind === 'act' && verdict.steps.every((step) => step.kind === 'agent-job' && step.job.kind === 'repair'))
})

test('it is recorded as repaired only when every repair is done', () => {
  const lastRuns: Options['node'] = (node, index) =>
    index === 2
      ? withJob(repaired(node, index), { id: 'repair-system_auth-dc1-3.2', state: 'Running', message: 'repairing system_auth' })
      : repaired(node, index)
  assert.deepEqual(jobs(raise(times(3, 'up'), { node: lastRuns })), ['wait'])
  const verdict = raise(times(3, 'up'), { node: repaired })
  assert.deepEqual(verdict.kind === 'act' && verdict.steps, [
    {
      kind: 'patch-status',
      patch: {
        systemKeyspaces: [
          { name: 'system_auth', replication: 'dc1:3', repaired: true },
          { name: 'system_distributed', replication: 'dc1:3', repaired: true },
          { name: 'system_traces', replication: 'dc1:2', repaired: true },
        ],
      },
    },
  ])
})

test('a repair whose outcome was lost is made again', () => {
  const lost: Options['node'] = (node, index) =>
    index === 1 ? withJob(repaired(node, index), { id: 'repair-system_auth-dc1-3.2', state: 'Lost' }) : repaired(node, index)
  assert.deepEqual(jobs(raise(times(3, 'up'), { node: lost })), ['demo-dc1-rack2-0 repair-system_auth-dc1-3.3'])
})

test('nothing is lowered, nothing is done twice, and a join ends first', () => {
  assert.equal(raiseSystemReplication(snapshot({ stages: times(3, 'up') })).kind, 'settled')
  const wide = {
    systemKeyspaces: ['system_auth', 'system_distributed', 'system_traces'].map((name) => ({ name, replication: 'dc1:3', repaired: true })),
  }
  assert.equal(raise(times(2, 'up'), { status: wide }).kind, 'settled')
  const at = '2026-01-01T00:00:00Z'
  const operation = { id: 'x', type: 'AddNode', step: 'Settle', specGeneration: 1, epoch: 4, attempts: 1, startedAt: at, stepSince: at }
  assert.equal(raise(times(2, 'up'), { status: { ...none, operation } }).kind, 'settled')
})

test('an alter that somebody has undone since is made again', () => {
  const done: Options['node'] = (node, index) =>
    index === 0 ? withJob(node, { id: 'alter-auth-3-distributed-3-traces-2.1', kind: 'cql', state: 'Done' }) : node
  assert.deepEqual(jobs(raise(times(3, 'up'), { view: born, node: done })), ['demo-dc1-rack1-0 alter-auth-3-distributed-3-traces-2.2'])
})
