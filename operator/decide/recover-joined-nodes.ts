// Members of the ring get their pods back at once, all of them, asking nobody: after an outage nobody may be up (H13).

import { seedsOf } from './keep-seeds.ts'
import { hasJoined, nameOf } from './ring.ts'
import type { Decision, Step } from './types.ts'
import { act, blocked, settled } from './verdicts.ts'

export const recoverJoinedNodes: Decision = (snapshot) => {
  const missing = snapshot.nodes.filter((node) => hasJoined(node) && node.pod === undefined)
  if (missing.length === 0) return settled
  const lost = missing.find((node) => node.claim === undefined)
  if (lost !== undefined) {
    return blocked(
      'StorageFailed',
      `the volume of ${nameOf(lost)} is gone; its data is on the other replicas, and the node must be replaced`,
    )
  }
  const seeds = seedsOf(snapshot)
  const steps = missing.map((node): Step => ({ kind: 'create-pod', node: nameOf(node), seed: seeds.has(nameOf(node)) }))
  return act('Restarting', `starting ${missing.map(nameOf).join(', ')} again`, steps as [Step, ...Step[]])
}
