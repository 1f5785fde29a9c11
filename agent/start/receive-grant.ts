// What becomes of the marker when a grant arrives. Pure: the marker comes back as it was when the grant is not accepted.
import type { Grant, Marker, Receipt } from '../../api/agent.ts'

export type Received = { readonly marker: Marker; readonly receipt: Receipt }

export function receiveGrant(marker: Marker, grant: Grant, podUID: string): Received {
  const refuse = (reason: string, message: string): Received => ({ marker, receipt: { accepted: false, reason, message } })
  if (grant.podUID !== podUID || grant.nodeUID !== marker.nodeUID) {
    return refuse('OtherPod', `the grant names pod ${grant.podUID} of node ${grant.nodeUID}, this is ${podUID} of ${marker.nodeUID}`)
  }
  if (marker.grant?.id === grant.id) return { marker, receipt: { accepted: true, message: 'already known' } }
  if (marker.state === 'Joining' && marker.grant?.podUID === podUID) {
    return refuse('AlreadyGranted', `this pod joins with grant ${marker.grant.id}`)
  }
  if (marker.state !== 'Empty' && marker.state !== 'Granted' && marker.state !== 'Joining') {
    return refuse('NotJoining', `the node is ${marker.state}`)
  }
  const state = marker.state === 'Joining' ? 'Joining' : 'Granted'
  return { marker: { ...marker, state, grant }, receipt: { accepted: true, message: 'kept' } }
}
