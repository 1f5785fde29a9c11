// What a decision sees and what it may answer. Decisions are pure and total: (Snapshot) → Verdict.
import type { AgentView, Grant, Job } from '../../api/agent.ts'
import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import type { CassandraCluster, CassandraNode, Metadata } from '../../api/objects.ts'
import type { Reason } from '../../api/reasons.ts'
import type { Fact, Millis } from '../../lib/result.ts'

/** A zone with the room that its schedulable machines have. */
export type Zone = { readonly name: string; readonly kubeNodes: number }

export type PodView = {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly deleting: boolean
  readonly phase: string
  readonly ip?: string
  readonly kubeNode?: string
  readonly ready: boolean
  readonly isSeed: boolean
  /** Hash of the template that it was made from (label or annotation of ours). */
  readonly revision: string
  /** Why it does not run, in the kubelet's or the scheduler's words. */
  readonly trouble?: { readonly reason: 'Unschedulable' | 'ImagePullFailed' | 'StartFailed'; readonly message: string }
  readonly createdAt: Millis
}

export type ClaimView = {
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly bound: boolean
  readonly deleting: boolean
  readonly size?: string
  readonly trouble?: string
}

export type NodeView = {
  readonly record: CassandraNode
  /** undefined is a fact here: the read itself succeeded and there is no pod. */
  readonly pod: PodView | undefined
  readonly claim: ClaimView | undefined
  /** What its agent says; silence is Unknown, never "down". */
  readonly own: Fact<AgentView>
  /** Revision that a new pod of this node would have; undefined when the spec cannot be rendered. */
  readonly wantedRevision: string | undefined
}

export type Problem = { readonly reason: Reason; readonly message: string }

export type Snapshot = {
  /** The only clock that a decision sees. */
  readonly now: Millis
  /** Transition count of the leader lease. */
  readonly epoch: number
  readonly cluster: CassandraCluster
  readonly status: ClusterStatus
  /** Sorted by datacenter, rack, ordinal. */
  readonly nodes: readonly NodeView[]
  readonly zones: Fact<readonly Zone[]>
  /** The spec can be rendered for its version (config, JVM, heap); the first problem otherwise. */
  readonly specProblem: Problem | undefined
  /** Server-side dry run of the pods that the spec asks for, one per rack; asked only before pods are made or replaced. */
  readonly podProblem: Problem | undefined
  /** Why new volumes could not be made (no such storage class …); asked only before volumes are made. */
  readonly storageProblem: Problem | undefined
  /** Superuser Secret: revision (hash of its content), or what is wrong with it. */
  readonly superuser: { readonly revision: string } | Problem | undefined
  /** Claims of an earlier cluster of the same name, and pods of ours that no record explains. */
  readonly strayClaims: readonly { readonly name: string; readonly clusterUID: string }[]
  readonly unknownPods: readonly string[]
  /** Pods and records of a deleted cluster of the same name that are still there. */
  readonly predecessors: readonly string[]
  /** Children that could not be applied (NameConflict, quota …). */
  readonly childProblems: readonly Problem[]
  /** A certificate of the agents or of the operator that cannot be renewed, while the old one still serves. */
  readonly certificateProblem?: string
}

export type Operation = NonNullable<ClusterStatus['operation']>

/** Exactly one effect, as data. `jobID` and grant ids come from the operation, so a repetition is the same effect. */
export type Step =
  | { readonly kind: 'record-racks'; readonly racks: readonly { readonly name: string; readonly zone?: string }[] }
  | {
      readonly kind: 'create-node'
      readonly datacenter: string
      readonly rack: string
      readonly ordinal: number
      readonly initialTokens?: readonly string[]
    }
  | { readonly kind: 'delete-node'; readonly node: string; readonly uid: string; readonly resourceVersion: string } // never granted, claim unused: cancel of an add
  | { readonly kind: 'create-claim'; readonly node: string }
  | { readonly kind: 'create-pod'; readonly node: string; readonly seed: boolean }
  | { readonly kind: 'delete-pod'; readonly node: string; readonly uid: string; readonly resourceVersion: string }
  | { readonly kind: 'label-seeds'; readonly nodes: readonly { readonly node: string; readonly seed: boolean }[] }
  | { readonly kind: 'grant'; readonly node: string; readonly grant: Grant }
  | { readonly kind: 'agent-job'; readonly node: string; readonly jobID: string; readonly job: JobIntent }
  | { readonly kind: 'patch-status'; readonly patch: StatusPatch }
  | { readonly kind: 'release' }

/** As Job, but without secrets: the effect fills the logins in. */
export type JobIntent =
  | { readonly kind: 'roles' }
  /** keyspace → datacenter → replicas */
  | { readonly kind: 'alter-keyspaces'; readonly replication: Readonly<Record<string, Readonly<Record<string, string>>>> }
  | Extract<Job, { readonly kind: 'repair' | 'cleanup' | 'resume-bootstrap' }>

/** Facts that are remembered because they cannot be derived again. `null` removes. */
export type StatusPatch = {
  readonly bootstrap?: NonNullable<ClusterStatus['bootstrap']>
  readonly initializedAt?: string
  readonly superuserRevision?: string
  readonly systemKeyspaces?: NonNullable<ClusterStatus['systemKeyspaces']>
  readonly cleanup?: ClusterStatus['cleanup'] | null
}

export type Verdict =
  | { readonly kind: 'settled' }
  /** Reported; the next decision runs. */
  | { readonly kind: 'noted'; readonly reason: Reason; readonly message: string; readonly node?: string }
  /** Another actor must finish. */
  | { readonly kind: 'wait'; readonly reason: Reason; readonly message: string; readonly again: Millis; readonly node?: string }
  /** A person or the world must change. */
  | { readonly kind: 'blocked'; readonly reason: Reason; readonly message: string; readonly node?: string }
  | {
      readonly kind: 'act'
      readonly reason: Reason
      readonly message: string
      /** Several independent effects of one kind may go out together (all pods at once); each is idempotent. */
      readonly steps: readonly [Step, ...Step[]]
      /** Written before the effects, with the resourceVersion of the snapshot; undefined for intents that a record already holds. */
      readonly journal: Operation | undefined
    }

export type Decision = (snapshot: Snapshot) => Verdict
export type { Metadata }
