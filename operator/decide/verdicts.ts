// Short ways to say a verdict.
import type { Reason } from '../../api/reasons.ts'
import { lastAttempt, nameOf } from './ring.ts'
import type { JobIntent, NodeView, Operation, Snapshot, Step, Verdict } from './types.ts'

export const settled: Verdict = { kind: 'settled' }

/** How soon a wait is looked at again, ms. Agents are asked, so it is not free. */
export const SOON = 1_000
export const LATER = 5_000

export function wait(reason: Reason, message: string, again = SOON): Verdict {
  return { kind: 'wait', reason, message, again }
}

export function blocked(reason: Reason, message: string): Verdict {
  return { kind: 'blocked', reason, message }
}

export function act(reason: Reason, message: string, steps: readonly [Step, ...Step[]], journal?: Operation): Verdict {
  return { kind: 'act', reason, message, steps, journal }
}

/** The operation as it will stand in the status before its effect. */
export function operation(
  snapshot: Snapshot,
  type: string,
  step: string,
  message: string,
  node?: NodeView,
  args?: Operation['args'],
): Operation {
  const before = snapshot.status.operation
  const now = new Date(snapshot.now).toISOString()
  const goesOn = before !== undefined && before.type === type && before.nodeUID === node?.record.spec.nodeUID
  const sameStep = goesOn && before.step === step
  return {
    id: goesOn ? before.id : `${type.toLowerCase()}-${snapshot.now}`,
    type,
    step,
    ...(node === undefined ? {} : { node: nameOf(node), nodeUID: node.record.spec.nodeUID }),
    ...(node?.pod === undefined ? {} : { podUID: node.pod.uid }),
    ...(args === undefined ? {} : { args }),
    specGeneration: snapshot.cluster.metadata.generation ?? 0,
    epoch: snapshot.epoch,
    attempts: sameStep ? before.attempts + 1 : 1,
    startedAt: goesOn ? before.startedAt : now,
    stepSince: sameStep ? before.stepSince : now,
    message,
  }
}

export type JobCourse =
  | { readonly kind: 'done' }
  | { readonly kind: 'running'; readonly message: string }
  | { readonly kind: 'start'; readonly step: Step; readonly lastError: string | undefined }

/** A job that failed is made again after 1 s, 2 s … 30 s. */
const LONGEST_PAUSE_MS = 30_000

/**
 * Where a job on a node stands: its ids follow from durable facts, so a restarted operator finds it again.
 * @param isUndone what a finished attempt did is observed not to be there (any more), so that it is due again
 */
export function courseOf(node: NodeView, base: string, job: JobIntent, isUndone = false): JobCourse {
  const last = lastAttempt(node, base)
  if (last?.status.state === 'Done' && !isUndone) return { kind: 'done' }
  if (last?.status.state === 'Running') return { kind: 'running', message: last.status.message }
  const pauseEndsAt = (last?.status.finishedAt ?? 0) + Math.min(1_000 * 2 ** ((last?.number ?? 1) - 1), LONGEST_PAUSE_MS)
  // By the agent's own clock, which wrote the time of the end.
  if (last !== undefined && node.own.known && node.own.value.at < pauseEndsAt)
    return { kind: 'running', message: `tried ${last.number} times, last: ${last.status.message}` }
  const step: Step = { kind: 'agent-job', node: nameOf(node), jobID: `${base}.${(last?.number ?? 0) + 1}`, job }
  return { kind: 'start', step, lastError: last?.status.state === 'Done' ? 'it was undone' : last?.status.message }
}
