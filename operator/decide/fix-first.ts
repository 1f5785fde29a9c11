// A pod that does not live anyway gets the newest template at once, so that a good spec always gets out of a bad one (INV-8);
// a pod that has ended for good makes room for its successor, and one whose address is taken for one with another address.
import { addressIn, agentOf, hasJoined, hostIDOf, nameOf, seen, servesItself } from './ring.ts'
import type { Decision, NodeView, Snapshot, Step } from './types.ts'
import { act, settled } from './verdicts.ts'

export const fixFirst: Decision = (snapshot) => {
  const dead = snapshot.nodes.filter((node) => node.pod !== undefined && !node.pod.deleting && mustGo(node, snapshot))
  const steps = dead.flatMap((node): Step[] => {
    if (node.pod === undefined) return []
    const { uid, resourceVersion } = node.pod
    return [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }]
  })
  const [first, ...rest] = steps
  if (first === undefined) return settled
  return act('Restarting', `${dead.map(nameOf).join(', ')} cannot run as it is and gets a new pod`, [first, ...rest])
}

function mustGo(node: NodeView, snapshot: Snapshot): boolean {
  return hasEnded(node) || lacksAddress(node) || (isOutdated(node) && isStuck(node, snapshot))
}

function hasEnded({ pod }: NodeView): boolean {
  return pod?.phase === 'Failed' || pod?.phase === 'Succeeded'
}

/** Another member holds its address (H10); the next pod has a new one. */
function lacksAddress(node: NodeView): boolean {
  return !servesItself(node) && agentOf(node)?.start.reason === 'AddressTaken'
}

function isOutdated({ pod, wantedRevision }: NodeView): boolean {
  return wantedRevision !== undefined && pod?.revision !== wantedRevision
}

/** Waiting does not bring it up: it waits to be let in, it failed before, or it cannot be scheduled or pulled. */
function isStuck(node: NodeView, snapshot: Snapshot): boolean {
  if (servesItself(node)) return false
  if (node.pod?.trouble !== undefined) return true
  const start = agentOf(node)?.start
  if (start === undefined) return node.pod?.ready === false && !mayJoin(node, snapshot) && (!hasJoined(node) || isSeenDown(node, snapshot))
  if (!hasJoined(node) && start.phase !== 'Started') return true
  return start.phase === 'Refused' || (start.attempts > 1 && start.reason !== undefined)
}

/** It was let join in this pod, and is not ready before it has joined: silence would end hours of streaming. */
function mayJoin({ pod }: NodeView, { status: { operation } }: Snapshot): boolean {
  return operation?.type === 'AddNode' && operation.podUID === pod?.uid
}

/** Silence alone says nothing; every other member must say that it is down. */
function isSeenDown(node: NodeView, snapshot: Snapshot): boolean {
  const others = snapshot.nodes.filter((other) => other !== node && hasJoined(other))
  const views = seen(snapshot).filter((view) => others.includes(view.node))
  return (
    others.length > 0 &&
    views.length === others.length &&
    views.every(({ cassandra }) => {
      const address = addressIn(cassandra, hostIDOf(node))
      return address !== undefined && !cassandra.live.includes(address)
    })
  )
}
