// Up to three seeds in distinct racks, by a label on their pods; the agents follow the Service, so nothing restarts.
import { hasJoined, nameOf } from './ring.ts'
import type { Decision, NodeView, Snapshot } from './types.ts'
import { act, settled } from './verdicts.ts'

const SEEDS = 3

/**
 * Names of the nodes that should be seeds. Nodes that are seeds already stay, so that a list changes only when it must;
 * before the ring exists the first node of each rack is one.
 */
export function seedsOf(snapshot: Snapshot): ReadonlySet<string> {
  const joined = snapshot.nodes.filter(hasJoined)
  const candidates = joined.length > 0 ? joined : snapshot.nodes
  const preferred = [...candidates].sort((a, b) => Number(b.pod?.isSeed ?? false) - Number(a.pod?.isSeed ?? false))
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
