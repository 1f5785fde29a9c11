import { isNormal } from './ring.ts'
import type { Decision } from './types.ts'
import { act, courseOf, settled, wait } from './verdicts.ts'

/** The superuser of the Secret exists with its password, and `cassandra` cannot log in; again when the Secret changes. */
export const setUpRoles: Decision = (snapshot) => {
  const { cluster, status, superuser } = snapshot
  if (cluster.spec.auth?.enabled === false || superuser === undefined || 'reason' in superuser) return settled
  if (status.superuserRevision === superuser.revision) return settled
  const worker = snapshot.nodes.find((node) => isNormal(node, snapshot))
  if (worker === undefined) return wait('SystemReplicationPending', 'the superuser waits for a node')
  const course = courseOf(worker, `roles-${superuser.revision}`, { kind: 'roles' })
  if (course.kind === 'done') {
    return act('SystemReplicationPending', 'the superuser of the Secret is in effect', [
      { kind: 'patch-status', patch: { superuserRevision: superuser.revision, bootstrap: { ...status.bootstrap, rolesReady: true } } },
    ])
  }
  if (course.kind === 'running') return wait('SystemReplicationPending', 'setting up the superuser')
  const again = course.lastError === undefined ? '' : ` again, after: ${course.lastError}`
  return act('SystemReplicationPending', `setting up the superuser${again}`, [course.step])
}
