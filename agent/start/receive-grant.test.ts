import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Grant, Marker, MarkerState } from '../../api/agent.ts'
import { receiveGrant } from './receive-grant.ts'

const marker: Marker = { clusterUID: 'cluster', nodeUID: 'node', datacenter: 'dc1', rack: 'r1', version: '5.0.9', state: 'Empty' }
const grant: Grant = { id: 'Join-pod', kind: 'Join', podUID: 'pod', nodeUID: 'node' }
const ofGonePod: Grant = { ...grant, id: 'Join-gone', podUID: 'gone' }
const first: Grant = { ...grant, id: 'FirstNode-pod', kind: 'FirstNode' }

for (const [name, before, given, after, reason] of [
  ['an empty node keeps it', marker, grant, { state: 'Granted', grant }, undefined],
  [
    'a newer one takes the place of one that was not used',
    { ...marker, state: 'Granted', grant: first },
    grant,
    { state: 'Granted', grant },
    undefined,
  ],
  [
    'a pod that follows one that died while joining gets its own',
    { ...marker, state: 'Joining', grant: ofGonePod },
    grant,
    { state: 'Joining', grant },
    undefined,
  ],
  ['repeated it changes nothing', { ...marker, state: 'Joining', grant }, grant, { state: 'Joining', grant }, undefined],
  ['a pod that joins takes no second one', { ...marker, state: 'Joining', grant }, first, { state: 'Joining', grant }, 'AlreadyGranted'],
  ['one for an earlier pod is refused', marker, ofGonePod, { state: 'Empty', grant: undefined }, 'OtherPod'],
  ['one for another node is refused', marker, { ...grant, nodeUID: 'other' }, { state: 'Empty', grant: undefined }, 'OtherPod'],
  ...(['Joined', 'Leaving', 'Decommissioned'] as const).map(
    (state: MarkerState) =>
      [`a node that is ${state} needs none`, { ...marker, state }, grant, { state, grant: undefined }, 'NotJoining'] as const,
  ),
] as const) {
  test(name, () => {
    const received = receiveGrant(before, given, 'pod')
    assert.deepEqual({ state: received.marker.state, grant: received.marker.grant }, after)
    assert.deepEqual([received.receipt.accepted, received.receipt.reason], [reason === undefined, reason])
    if (reason !== undefined) assert.equal(received.marker, before)
  })
}
