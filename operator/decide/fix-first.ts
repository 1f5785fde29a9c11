// A pod that does not live anyway gets the newest template at once, so that a good spec always gets out of a bad one (INV-8);
// a pod that has ended for good makes room for its successor.
import { agentOf, hasJoined, nameOf, servesItself } from './ring.ts'
import type { Decision, NodeView, Step } from './types.ts'
import { act, settled } from './verdicts.ts'

export const fixFirst: Decision = ({ nodes }) => {
  const dead = nodes.filter(
    (node) => node.pod !== undefined && !node.pod.deleting && (hasEnded(node) || (isOutdated(node) && isStuck(node))),
  )
  const steps = dead.flatMap((node): Step[] => {
    if (node.pod === undefined) return []
    const { uid, resourceVersion } = node.pod
    return [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }]
  })
  const [first, ...rest] = steps
  if (first === undefined) return settled
  return act('Restarting', `${dead.map(nameOf).join(', ')} cannot run as it is and gets the newest template`, [first, ...rest])
}

function hasEnded({ pod }: NodeView): boolean {
  return pod?.phase === 'Failed' || pod?.phase === 'Succeeded'
}

function isOutdated({ pod, wantedRevision }: NodeView): boolean {
  return wantedRevision !== undefined && pod?.revision !== wantedRevision
}

/** Waiting does not bring it up: it waits to be let in, it failed before, or it cannot be scheduled or pulled. */
function isStuck(node: NodeView): boolean {
  if (servesItself(node)) return false
  if (node.pod?.trouble !== undefined) return true
  const start = agentOf(node)?.start
  if (start === undefined) return false
  if (!hasJoined(node) && start.phase !== 'Started') return true
  return start.phase === 'Refused' || (start.attempts > 1 && start.reason !== undefined)
}
