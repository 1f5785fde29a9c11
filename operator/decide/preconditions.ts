// What stops everything below it: a pause, a spec that cannot be carried out, objects that are not ours.
import { reasons } from '../../api/reasons.ts'
import type { Decision, Problem, Verdict } from './types.ts'
import { blocked, settled, wait } from './verdicts.ts'

export const respectPause: Decision = ({ cluster }) =>
  cluster.spec.paused ? wait('Paused', 'spec.paused is true: nothing is touched', 30_000) : settled

export const rejectSpec: Decision = ({ specProblem }) =>
  specProblem === undefined ? settled : blocked(specProblem.reason, `${specProblem.message}; the running nodes are untouched`)

export const rejectChildren: Decision = ({ childProblems: [first] }) => judge(first)

/** Objects of a deleted cluster of this name are still going; ours would be taken for theirs. */
export const awaitPredecessor: Decision = ({ predecessors }) => {
  if (predecessors.length === 0) return settled
  const names = `${predecessors.slice(0, 3).join(', ')}${predecessors.length > 3 ? ', …' : ''}`
  return wait('PredecessorEnding', `a deleted cluster of this name is still going: ${names}`)
}

/** What the API server or the storage would refuse, before the first node is recorded; afterwards who makes a pod asks. */
export const rejectPlacement: Decision = ({ nodes, podProblem, storageProblem }) =>
  nodes.length > 0 ? settled : judge(podProblem ?? storageProblem)

/** A Secret of the user that lacks something; the generated one cannot. */
export const rejectSecret: Decision = ({ superuser }) =>
  superuser !== undefined && 'reason' in superuser ? blocked(superuser.reason, superuser.message) : settled

/** Volumes of a deleted cluster of this name are somebody's data: a new ring beside them would look like their loss. */
export const refuseStrayVolumes: Decision = ({ nodes, strayClaims }) => {
  if (nodes.length > 0 || strayClaims.length === 0) return settled
  const names = strayClaims.map((claim) => claim.name)
  return blocked(
    'VolumesFound',
    `${names.length} volumes of a deleted cluster of this name exist (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}): delete them if their data is not needed, or choose another name`,
  )
}

/** A pod with our labels that no record explains is never granted, and somebody should know. */
export const reportUnknownPods: Decision = ({ unknownPods: [first] }) =>
  first === undefined
    ? settled
    : { kind: 'noted', reason: 'UnknownNode', message: `pod ${first} carries the labels of this cluster, but no CassandraNode explains it` }

function judge(problem: Problem | undefined): Verdict {
  if (problem === undefined) return settled
  return reasons[problem.reason].kind === 'wait' ? wait(problem.reason, problem.message) : blocked(problem.reason, problem.message)
}
