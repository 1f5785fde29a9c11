import { hasJoined, nameOf, whyNotAllUp, whyNotQuiet } from './ring.ts'
import type { Decision } from './types.ts'
import { act, courseOf, settled, wait } from './verdicts.ts'

/** After a join the older nodes drop what has moved away; one node at a time, and not while the ring changes (H32). */
export const cleanUp: Decision = (snapshot) => {
  const pending = snapshot.status.cleanup?.pending ?? []
  const [name] = pending
  if (name === undefined) return settled
  const rest = pending.slice(1)
  const node = snapshot.nodes.find((candidate) => nameOf(candidate) === name)
  const done = { kind: 'patch-status', patch: { cleanup: rest.length === 0 ? null : { pending: rest } } } as const
  if (node === undefined) return act('CleanupPending', `${name} is gone`, [done])
  const members = snapshot.nodes.filter(hasJoined)
  const unrest = whyNotAllUp(snapshot, members) ?? whyNotQuiet(snapshot)
  if (unrest !== undefined) return wait('CleanupPending', `the cleanup of ${name} waits: ${unrest}`)
  // The size of the ring names the round: a later join makes another cleanup of the same node.
  const course = courseOf(node, `cleanup-${members.length}-${node.record.spec.nodeUID.slice(0, 8)}`, { kind: 'cleanup' })
  if (course.kind === 'done') return act('CleanupPending', `${name} is cleaned up, ${rest.length} to go`, [done])
  if (course.kind === 'running') return wait('CleanupPending', `${name}: ${course.message}, ${rest.length} to go`)
  const again = course.lastError === undefined ? '' : ` again, after: ${course.lastError}`
  return act('CleanupPending', `cleaning up ${name}${again}, ${rest.length} to go`, [course.step])
}
