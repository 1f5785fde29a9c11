import { type Reason, reasons } from '../../api/reasons.ts'
import type { Millis } from '../../lib/result.ts'
import { agentOf } from './ring.ts'
import type { NodeView, Problem } from './types.ts'

/** A pod that cannot be placed in its first moments is nothing to report: its volume is still being made. */
const PATIENCE_MS = 10_000

/**
 * What keeps a node from coming up by itself, in the words of the scheduler, the kubelet or Cassandra; undefined while it
 * only takes its time.
 */
export function troubleOf(node: NodeView, now: Millis): Problem | undefined {
  const { pod, claim } = node
  if (claim?.trouble !== undefined) return { reason: 'StorageFailed', message: claim.trouble }
  if (pod === undefined || pod.deleting) return undefined
  if (pod.trouble !== undefined) return now - pod.createdAt < PATIENCE_MS ? undefined : pod.trouble
  const agent = agentOf(node)
  const start = agent?.start
  if (start?.phase === 'Refused') return { reason: reasonOf(start.reason), message: start.message }
  // The first failure may be chance; it has failed and was started again, and has not come further than before.
  const isUp = agent?.cassandra !== undefined && agent.cassandra.operationMode !== 'STARTING'
  if (start?.reason !== undefined && start.attempts > 1 && !isUp) return { reason: reasonOf(start.reason), message: start.message }
  return undefined
}

/** An agent of another version may use a word that is not on our list. */
export function reasonOf(word: string | undefined): Reason {
  return word !== undefined && Object.hasOwn(reasons, word) ? (word as Reason) : 'StartFailed'
}
