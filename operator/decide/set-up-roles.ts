import { isNormal, lastAttempt } from './ring.ts'
import type { Decision } from './types.ts'
import { act, courseOf, settled, wait } from './verdicts.ts'

/** The superuser of the Secret exists with its password, and `cassandra` cannot log in; again when the Secret changes. */
export const setUpRoles: Decision = (snapshot) => {
  const { cluster, status, superuser } = snapshot
  if (cluster.spec.auth?.enabled === false || superuser === undefined || 'reason' in superuser) return settled
  if (status.superuserRevision === superuser.revision) return settled
  const worker = snapshot.nodes.find((node) => isNormal(node, snapshot))
  if (worker === undefined) return wait('SuperuserPending', 'the superuser waits for a node')
  const base = `roles-${superuser.revision}`
  const course = courseOf(worker, base, { kind: 'roles' })
  if (course.kind === 'done') {
    return act('SuperuserPending', 'the superuser of the Secret is in effect', [
      { kind: 'patch-status', patch: { superuserRevision: superuser.revision, bootstrap: { ...status.bootstrap, rolesReady: true } } },
    ])
  }
  if (course.kind === 'running') {
    const last = lastAttempt(worker, base)?.status
    // A login that cannot be changed holds back nothing else in a ring that serves.
    return last?.state === 'Failed' && status.initializedAt !== undefined
      ? { kind: 'noted', reason: 'SuperuserPending', message: `the superuser is not in effect: ${last.message}` }
      : wait('SuperuserPending', `setting up the superuser: ${course.message}`)
  }
  const again = course.lastError === undefined ? '' : ` again, after: ${course.lastError}`
  return act('SuperuserPending', `setting up the superuser${again}`, [course.step])
}
