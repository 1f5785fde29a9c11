import { agentOf, lastAttempt, nameOf } from './ring.ts'
import type { NodeView, Verdict } from './types.ts'
import { act, wait } from './verdicts.ts'

const MOST = 3
/** After it is told to resume, it takes a moment until something streams again. */
const SETTLE_MS = 30_000

/**
 * A join that Cassandra gave up is taken up again: what has arrived is kept (H18). The mode does not tell: 5.0 stays
 * JOINING_FAILED while it resumes, and a second resumption beside the first streams everything twice; 4.x stays JOINING when
 * it has failed. The agent sees whether anything streams. undefined when the join goes on.
 */
export function resumeJoin(node: NodeView): Verdict | undefined {
  const agent = agentOf(node)
  const { pod } = node
  if (agent?.cassandra?.bootstrapFailed !== true || pod === undefined) return undefined
  const name = nameOf(node)
  const base = `resume-${pod.uid.slice(0, 8)}`
  const last = lastAttempt(node, base)
  if (last?.status.state === 'Running' || (last !== undefined && agent.at - (last.status.finishedAt ?? 0) < SETTLE_MS)) {
    return wait('Joining', `${name}: its join is being resumed`)
  }
  const number = (last?.number ?? 0) + 1
  if (number > MOST) {
    if (pod.deleting) return wait('Joining', `${name}: its pod is ending`)
    const { uid, resourceVersion } = pod
    const message = `${name} was resumed ${MOST} times and does not join; its next pod begins again, after: ${last?.status.message}`
    return act('JoinFailed', message, [{ kind: 'delete-pod', node: name, uid, resourceVersion }])
  }
  const step = { kind: 'agent-job', node: name, jobID: `${base}.${number}`, job: { kind: 'resume-bootstrap' } } as const
  return act('Joining', `resuming the join of ${name}, attempt ${number} of ${MOST}`, [step])
}
