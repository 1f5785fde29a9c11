import type { Decision } from './types.ts'
import { act, settled } from './verdicts.ts'

/** The first ring is whole: from now on nodes join by bootstrap, and nothing of the first formation happens again. */
export const publish: Decision = ({ status, now }) => {
  if (status.initializedAt !== undefined) return settled
  return act('Bootstrapping', 'the ring is whole', [
    { kind: 'patch-status', patch: { initializedAt: new Date(now).toISOString() } },
    { kind: 'release' },
  ])
}
