// The objects of the API server as raw JSON: dates stay strings, unknown fields stay where they are.
import type { ClusterSpec, ClusterStatus } from './kinds/cassandra-cluster.ts'
import type { NodeSpec, NodeStatus } from './kinds/cassandra-node.ts'

export type OwnerReference = {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

/** Metadata as read from the server: uid, resourceVersion and generation are there. */
export type Metadata = {
  readonly name: string
  readonly namespace?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly ownerReferences?: readonly OwnerReference[]
  readonly finalizers?: readonly string[]
}

export type KubeObject = { readonly apiVersion?: string; readonly kind?: string; readonly metadata: Metadata }
export type CassandraCluster = KubeObject & { readonly spec: ClusterSpec; readonly status?: ClusterStatus }
export type CassandraNode = KubeObject & { readonly spec: NodeSpec; readonly status?: NodeStatus }
