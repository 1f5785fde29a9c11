import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kept } from './kept.ts'
import type { KubeNode, Pod } from './kube-types.ts'

const metadata = { name: 'demo-1', namespace: 'shop', uid: 'u1', resourceVersion: '7', labels: { a: 'b' } }

test('of a pod stays what the snapshot reads, and nothing else', () => {
  const state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } }
  const part = {
    kind: 'Pod',
    metadata,
    spec: { nodeName: 'machine-1' },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'cassandra', restartCount: 2, state }],
      initContainerStatuses: [{ name: 'agent', restartCount: 0, state: {} }],
    },
  }
  const whole = {
    ...part,
    spec: { ...part.spec, containers: [{ name: 'cassandra', image: 'cassandra:5.0' }], volumes: [{}] },
    status: {
      ...part.status,
      hostIP: '192.168.0.1',
      containerStatuses: [{ ...part.status.containerStatuses[0], imageID: 'sha256:1', lastState: {} }],
      initContainerStatuses: [{ ...part.status.initContainerStatuses[0], imageID: 'sha256:2' }],
    },
  }
  assert.deepEqual(kept.pod(whole as unknown as Pod), part)
})

test('a pod that nobody has looked at yet has no status', () => {
  const pod = { metadata, spec: {} }
  assert.deepEqual(kept.pod(pod), pod)
})

test('of a Kubernetes node stays what the choice of racks reads', () => {
  const part = { metadata, spec: { unschedulable: true }, status: { conditions: [{ type: 'Ready', status: 'True' }] } }
  const whole = { ...part, spec: { ...part.spec, podCIDR: '10.0.0.0/24' }, status: { ...part.status, images: [{ names: ['a'] }] } }
  assert.deepEqual(kept.kubeNode(whole as KubeNode), part)
})
