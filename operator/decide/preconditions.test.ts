import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forming, type Options, snapshot, times } from '../../test/snapshots.ts'
import { type Decided, decide } from './order.ts'

const says = ({ verdict }: Decided): string =>
  'message' in verdict ? `${verdict.kind} ${verdict.reason}: ${verdict.message}` : verdict.kind
/** A ring that serves. */
const serving = (more: Partial<Options>) => decide(snapshot({ stages: times(3, 'up'), ...more }))
/** A cluster of which nothing has been made. */
const fresh = (more: Partial<Options>) => {
  const status = { ...forming(), datacenters: undefined }
  return decide(snapshot({ stages: [], status, ...more, spec: { nodes: 3, ...more.spec } }))
}

test('a pause touches nothing, not even what is broken', () => {
  assert.equal(
    says(decide(snapshot({ stages: ['gone', 'up', 'up'], spec: { paused: true } }))),
    'wait Paused: spec.paused is true: nothing is touched',
  )
})

test('a spec that cannot be rendered stops all, and says that the nodes are untouched', () => {
  const specProblem = { reason: 'ConfigRejected', message: 'spec.config.x is 1: no such setting' } as const
  const words = 'blocked ConfigRejected: spec.config.x is 1: no such setting; the running nodes are untouched'
  assert.equal(says(serving({ snapshot: { specProblem } })), words)
  assert.equal(says(fresh({ snapshot: { specProblem } })), words)
})

describe('before the first node is recorded', () => {
  test('the API server is asked for a pod, and the storage for its class', () => {
    const podProblem = { reason: 'InvalidPodTemplate', message: 'violates PodSecurity' } as const
    const storageProblem = { reason: 'StorageFailed', message: 'no such storage class' } as const
    assert.equal(says(fresh({ snapshot: { podProblem } })), 'blocked InvalidPodTemplate: violates PodSecurity')
    assert.equal(says(fresh({ snapshot: { storageProblem } })), 'blocked StorageFailed: no such storage class')
    // Those that exist need neither.
    assert.equal(says(serving({ snapshot: { podProblem, storageProblem } })), 'settled')
  })

  test('volumes of a deleted cluster of this name stop it, and say what can be done', () => {
    const strayClaims = ['a', 'b', 'c', 'd'].map((name) => ({ name, clusterUID: 'old' }))
    assert.match(
      says(fresh({ snapshot: { strayClaims } })),
      /^blocked VolumesFound: 4 volumes .* \(a, b, c, …\): delete them .*, or choose another name$/,
    )
    assert.equal(says(serving({ snapshot: { strayClaims } })), 'settled')
  })

  test('a deleted cluster of this name ends first', () => {
    const old = { predecessors: ['demo-dc1-rack1-0'], strayClaims: [{ name: 'a', clusterUID: 'old' }] }
    assert.equal(says(fresh({ snapshot: old })), 'wait PredecessorEnding: a deleted cluster of this name is still going: demo-dc1-rack1-0')
  })
})

test('a Secret of the user that lacks something stops what needs it, before anything is made', () => {
  const superuser = { reason: 'SecretInvalid', message: 'Secret root has no password; add the key password' } as const
  assert.equal(says(fresh({ snapshot: { superuser } })), 'blocked SecretInvalid: Secret root has no password; add the key password')
  assert.equal(says(serving({ snapshot: { superuser } })), 'blocked SecretInvalid: Secret root has no password; add the key password')
})

test('an object that is not ours blocks; one that only takes its time is waited for', () => {
  const mine = { reason: 'NameConflict', message: 'Service demo-dc1 is not ours' } as const
  assert.equal(says(serving({ snapshot: { childProblems: [mine] } })), 'blocked NameConflict: Service demo-dc1 is not ours')
  const going = { reason: 'PredecessorEnding', message: 'Service demo-dc1 is still going' } as const
  assert.equal(says(serving({ snapshot: { childProblems: [going] } })), 'wait PredecessorEnding: Service demo-dc1 is still going')
})

test('a pod that no record explains is reported and changes nothing else', () => {
  const { verdict, notes } = serving({ snapshot: { unknownPods: ['stranger'] } })
  assert.equal(verdict.kind, 'settled')
  assert.deepEqual(
    notes.map(({ reason }) => reason),
    ['UnknownNode'],
  )
})

test('fewer nodes than hold data: refused with the number that works', () => {
  assert.equal(
    says(serving({ spec: { nodes: 2 } })),
    'blocked ScaleInUnsupported: spec.nodes is 2, but 3 nodes hold data; set it back to 3',
  )
})
