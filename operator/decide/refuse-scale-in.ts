import { hasJoined } from './ring.ts'
import type { Decision } from './types.ts'
import { blocked, settled } from './verdicts.ts'

/** Removing a member without its data having left is the one thing that must never happen; so it is not done at all yet. */
export const refuseScaleIn: Decision = ({ nodes, cluster }) => {
  const joined = nodes.filter(hasJoined).length
  if (joined <= cluster.spec.nodes) return settled
  return blocked('ScaleInUnsupported', `spec.nodes is ${cluster.spec.nodes}, but ${joined} nodes hold data; set it back to ${joined}`)
}
