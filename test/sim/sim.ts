// All that one run consists of, and the facts that its invariants are judged by.
import type { Grant } from '../../api/agent.ts'
import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import type { CassandraCluster } from '../../api/objects.ts'
import type { AgentRules } from './agent-process.ts'
import type { ApiServer } from './api-server.ts'
import type { FirstStart, Jvm } from './cassandra.ts'
import type { Clock } from './clock.ts'
import type { PodProcess } from './kubelet.ts'
import type { Random } from './random.ts'
import type { Volume } from './volume.ts'

/** Something that happened, for rules about how it may happen. */
type Happening =
  | { readonly kind: 'obeyed'; readonly volume: string; readonly epoch: number; readonly highest: number }
  | { readonly kind: 'granted'; readonly grant: Grant; readonly volume: string; readonly podUID: string }
  | { readonly kind: 'job'; readonly volume: string; readonly id: string; readonly job: string }
  | { readonly kind: 'first-start'; readonly start: FirstStart }
  | {
      readonly kind: 'write'
      readonly epoch: number
      readonly verb: string
      readonly path: string /** Of what was written, and of what a delete was meant for. */
      readonly uid: string | undefined
      readonly seen: string | undefined
    }

/** With the status of the cluster as it was durable at that moment. */
export type Recorded = Happening & { readonly status: ClusterStatus }

export type Dns = { readonly resolve: () => readonly string[]; readonly freeze: (ms: number) => void; readonly heal: () => void }

export type Sim = {
  readonly clock: Clock
  readonly random: Random
  readonly api: ApiServer
  readonly dns: Dns
  readonly rules: AgentRules
  /** Address with port → process. */
  readonly ring: Map<string, Jvm>
  /** Pod uid → what runs of it. */
  readonly pods: Map<string, PodProcess>
  /** Claim uid → volume. */
  readonly volumes: Map<string, Volume>
  readonly happened: Recorded[]
  readonly record: (happening: Happening) => void
  /** The highest spec.nodes so far. */
  readonly mostNodesAsked: () => number
  /** Longest time for which an operator stood still between its look and its step. */
  longestPause: number
  /** The operator has something to go on with before time does. */
  readonly wake: () => void
  readonly trace: (who: string, what: string) => void
}

export const NAMESPACE = 'data'
export const NAME = 'demo'
export const CLUSTER = `/apis/ringkeeper.io/v1alpha1/namespaces/${NAMESPACE}/cassandraclusters/${NAME}`

export function clusterOf(api: ApiServer): CassandraCluster {
  return api.get(CLUSTER) as CassandraCluster
}
