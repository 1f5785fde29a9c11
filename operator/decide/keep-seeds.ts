// Up to three seeds in distinct racks, by a label on their pods; the agents follow the Service, so nothing restarts.
import { hasJoined, nameOf } from './ring.ts'
import type { Decision, NodeView, Snapshot } from './types.ts'
import { act, settled } from './verdicts.ts'

const SEEDS = 3

/**
 * Names of the nodes that should be seeds. Nodes that are seeds already stay, so that a list changes only when it must.
 * While the ring forms, the first node is one, or the others would look for the ring where it is not.
 */
export function seedsOf({ nodes, status }: Snapshot): ReadonlySet<string> {
  const isForming = status.initializedAt === undefined
  const firstUID = isForming ? status.bootstrap?.firstNode?.nodeUID : undefined
  const joined = nodes.filter(hasJoined)
  const candidates = isForming || joined.length === 0 ? nodes : joined
  const rank = ({ pod, record }: NodeView): number => (record.spec.nodeUID === firstUID ? 2 : pod?.isSeed === true ? 1 : 0)
  const preferred = [...candidates].sort((a, b) => rank(b) - rank(a))
  const chosen: NodeView[] = []
  const take = (node: NodeView): void => {
    if (chosen.length < SEEDS && !chosen.includes(node)) chosen.push(node)
  }
  for (const node of preferred) if (!chosen.some((other) => other.record.spec.rack === node.record.spec.rack)) take(node)
  for (const node of preferred) take(node)
  return new Set(chosen.map(nameOf))
}

export const keepSeeds: Decision = (snapshot) => {
  const wanted = seedsOf(snapshot)
  const wrong = snapshot.nodes.filter(
    (node) => node.pod !== undefined && !node.pod.deleting && node.pod.isSeed !== wanted.has(nameOf(node)),
  )
  if (wrong.length === 0) return settled
  const nodes = wrong.map((node) => ({ node: nameOf(node), seed: wanted.has(nameOf(node)) }))
  return act('Updating', `seeds are ${[...wanted].join(', ')}`, [{ kind: 'label-seeds', nodes }])
}
