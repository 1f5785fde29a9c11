import { hasJoined, isRecorded, nameOf } from './ring.ts'
import type { Decision } from './types.ts'
import { act, settled, wait } from './verdicts.ts'

/** The first ring is whole: from now on nodes join by bootstrap, and nothing of the first formation happens again. */
export const publish: Decision = ({ nodes, status, now }) => {
  if (status.initializedAt !== undefined) return settled
  const unwritten = nodes.find((node) => hasJoined(node) && !isRecorded(node))
  if (unwritten !== undefined) return wait('Bootstrapping', `the host id of ${nameOf(unwritten)} is not recorded yet`)
  return act('Bootstrapping', 'the ring is whole', [
    { kind: 'patch-status', patch: { initializedAt: new Date(now).toISOString() } },
    { kind: 'release' },
  ])
}
