// When has a join failed? Cassandra 5.0 says JOINING_FAILED, and goes on saying so while the join is being resumed; 4.x
// writes a line to its log and stays JOINING for ever. What both have in common is that nothing streams any more (H18).
import type { Pulse } from './pulse.ts'

/** Between two plans of one join nothing streams for a moment. */
const QUIET_AFTER_FAILURE_MS = 15_000
/** Before the first stream it waits for schema and ring, up to a few ring delays. */
const QUIET_IN_JOIN_MS = 600_000

export type JoinWatch = {
  /** `undefined`: no answer, which is never silence. */
  readonly see: (pulse: Pulse | undefined, at: number) => void
  readonly hasFailed: (at: number) => boolean
}

export function createJoinWatch(): JoinWatch {
  let quiet: { readonly mode: string; readonly since: number } | undefined
  return {
    see: (pulse, at) => {
      const isQuiet = pulse !== undefined && (pulse.mode === 'JOINING' || pulse.mode === 'JOINING_FAILED') && pulse.streams === 0
      if (!isQuiet) quiet = undefined
      else if (quiet?.mode !== pulse.mode) quiet = { mode: pulse.mode, since: at }
    },
    hasFailed: (at) => {
      if (quiet === undefined) return false
      return at - quiet.since >= (quiet.mode === 'JOINING_FAILED' ? QUIET_AFTER_FAILURE_MS : QUIET_IN_JOIN_MS)
    },
  }
}
