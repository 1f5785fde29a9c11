import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Claim, Pod } from './kube-types.ts'
import { claimView, podView } from './pod-view.ts'

const metadata = { name: 'x', uid: 'u', resourceVersion: '1' }
const trouble = (status: Pod['status']) => {
  const found = podView({ metadata, spec: {}, ...(status === undefined ? {} : { status }) }).trouble
  return found === undefined ? undefined : `${found.reason}: ${found.message}`
}
const waiting = (reason: string, message?: string) => ({
  containerStatuses: [
    { name: 'cassandra', restartCount: 0, state: { waiting: { reason, ...(message === undefined ? {} : { message }) } } },
  ],
})

describe('why a pod does not run', () => {
  test('in the words of the scheduler', () => {
    const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes are available' }]
    assert.equal(trouble({ conditions }), 'Unschedulable: no Kubernetes node fits: 0/3 nodes are available')
  })
  test('in the words of the kubelet', () => {
    assert.equal(trouble(waiting('ImagePullBackOff', 'not found')), 'ImagePullFailed: container cassandra: not found')
    assert.equal(trouble(waiting('CrashLoopBackOff')), 'StartFailed: container cassandra: CrashLoopBackOff')
  })
  test('a container that is being made, or a pod that nobody has looked at, has no trouble', () => {
    assert.equal(trouble(waiting('ContainerCreating')), undefined)
    assert.equal(trouble(undefined), undefined)
  })
})

test('ready by its condition alone, and ending by its time stamp', () => {
  const view = podView({
    metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z', labels: { 'ringkeeper.io/seed': 'true' } },
    spec: { nodeName: 'm' },
    status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
  })
  assert.deepEqual([view.ready, view.deleting, view.isSeed, view.ip, view.kubeNode], [true, true, true, '10.0.0.1', 'm'])
})

test('a claim: bound, and what it holds rather than what was asked for', () => {
  const claim: Claim = { metadata, spec: { resources: { requests: { storage: '1Gi' } } } }
  assert.deepEqual([claimView(claim).bound, claimView(claim).size], [false, '1Gi'])
  const bound = claimView({ ...claim, status: { phase: 'Bound', capacity: { storage: '2Gi' } } })
  assert.deepEqual([bound.bound, bound.size, bound.trouble], [true, '2Gi', undefined])
  assert.equal(claimView({ ...claim, status: { phase: 'Lost' } }).trouble, 'its volume is lost')
})
