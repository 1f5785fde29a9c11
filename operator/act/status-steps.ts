import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import { DATACENTER } from '../decide/form-ring.ts'
import type { Verdict } from '../decide/types.ts'

type Act = Extract<Verdict, { readonly kind: 'act' }>

/** The status as it must stand before the effects of a verdict: journal, remembered facts, recorded racks. Pure. */
export function journalled(status: ClusterStatus, verdict: Act): ClusterStatus {
  let next: ClusterStatus = verdict.journal === undefined ? status : { ...status, operation: verdict.journal }
  for (const step of verdict.steps) {
    if (step.kind === 'release') {
      const { operation: _, ...rest } = next
      next = rest
    } else if (step.kind === 'record-racks') {
      const racks = step.racks.map((rack) => ({ ...rack, nodes: 0, readyNodes: 0 }))
      next = { ...next, datacenters: [{ name: DATACENTER, nodes: 0, readyNodes: 0, racks }] }
    } else if (step.kind === 'patch-status') {
      const { cleanup, ...patch } = step.patch
      next = { ...next, ...patch }
      if (cleanup === null) {
        const { cleanup: _, ...rest } = next
        next = rest
      } else if (cleanup !== undefined) next = { ...next, cleanup }
    }
  }
  return next
}
