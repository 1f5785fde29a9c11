// Read from top to bottom: this order is the safety argument. The first decision that acts, waits or is blocked is the
// verdict; what is only noted goes on to the next.
import { addNode } from './add-node.ts'
import { cleanUp } from './clean-up.ts'
import { fixFirst } from './fix-first.ts'
import { formRing } from './form-ring.ts'
import { freezeOnForeignNode } from './freeze-on-foreign-node.ts'
import { keepSeeds } from './keep-seeds.ts'
import { placeRacks } from './place-racks.ts'
import {
  awaitPredecessor,
  refuseStrayVolumes,
  rejectChildren,
  rejectPlacement,
  rejectSecret,
  rejectSpec,
  reportUnknownPods,
  respectPause,
} from './preconditions.ts'
import { publish } from './publish.ts'
import { recoverJoinedNodes } from './recover-joined-nodes.ts'
import { refuseScaleIn } from './refuse-scale-in.ts'
import { reportCertificates } from './report-certificates.ts'
import { reportKeyspaces } from './report-keyspaces.ts'
import { rollOut } from './roll-out.ts'
import { setUpRoles } from './set-up-roles.ts'
import { raiseSystemReplication } from './system-keyspaces.ts'
import type { Decision, Snapshot, Verdict } from './types.ts'

export const order: readonly Decision[] = [
  respectPause,
  rejectSpec,
  reportUnknownPods,
  reportCertificates,
  fixFirst,
  recoverJoinedNodes,
  freezeOnForeignNode,
  awaitPredecessor,
  refuseStrayVolumes,
  rejectChildren,
  rejectSecret,
  rejectPlacement,
  placeRacks,
  formRing,
  keepSeeds,
  raiseSystemReplication,
  setUpRoles,
  publish,
  reportKeyspaces,
  rollOut,
  cleanUp,
  addNode,
  refuseScaleIn,
]

export type Decided = {
  readonly verdict: Exclude<Verdict, { readonly kind: 'noted' }>
  readonly notes: readonly Extract<Verdict, { readonly kind: 'noted' }>[]
}

export function decide(snapshot: Snapshot, decisions: readonly Decision[] = order): Decided {
  const notes: Extract<Verdict, { readonly kind: 'noted' }>[] = []
  for (const decision of decisions) {
    const verdict = decision(snapshot)
    if (verdict.kind === 'noted') notes.push(verdict)
    else if (verdict.kind !== 'settled') return { verdict, notes }
  }
  return { verdict: { kind: 'settled' }, notes }
}
