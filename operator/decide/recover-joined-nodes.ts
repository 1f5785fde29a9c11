// Members of the ring get their pods back at once, all of them, asking nobody: after an outage nobody may be up (H13).

import { seedsOf } from './keep-seeds.ts'
import { hasJoined, nameOf } from './ring.ts'
import type { Decision, Step } from './types.ts'
import { act, settled } from './verdicts.ts'

export const recoverJoinedNodes: Decision = (snapshot) => {
  const missing = snapshot.nodes.filter((node) => hasJoined(node) && node.pod === undefined)
  const seeds = seedsOf(snapshot)
  const steps = missing.flatMap((node): Step[] =>
    node.claim === undefined ? [] : [{ kind: 'create-pod', node: nameOf(node), seed: seeds.has(nameOf(node)) }],
  )
  const [first, ...rest] = steps
  if (first !== undefined) {
    const names = steps.map((step) => ('node' in step ? step.node : ''))
    return act('Restarting', `starting ${names.join(', ')} again`, [first, ...rest])
  }
  const lost = missing[0]
  if (lost === undefined) return settled
  // Noted, so that one lost disk holds nobody else back; what needs every member up waits by itself.
  const message = `the volume of ${nameOf(lost)} is gone; its data is on the other replicas, and the node must be replaced`
  return { kind: 'noted', reason: 'StorageFailed', message, node: nameOf(lost) }
}
