// Whether the watches live (rule 8). A watch that is silent while the server answers is broken in a way that a new process
// mends; one that is silent because nothing answers is not, and a new process would only fail to start.

export type WatchHealth = 'good' | 'silent' | 'stalled'

/** The server sends a bookmark every minute, however quiet the resource. */
const SILENT_MS = 90_000
const STALLED_MS = 300_000

/**
 * @param silentMs of each store
 * @param answeringMs for how long requests have been succeeding: after an outage the watches get the same time to come back
 */
export function watchHealth(silentMs: readonly number[], answeringMs: number): WatchHealth {
  const longest = Math.max(0, ...silentMs)
  if (longest >= STALLED_MS && answeringMs >= STALLED_MS) return 'stalled'
  return longest >= SILENT_MS ? 'silent' : 'good'
}
