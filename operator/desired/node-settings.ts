import type { NodeSettings } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'

/** Name of the cluster inside Cassandra: with a part of the uid, so that two clusters never take each other for one (H11). */
export function cassandraName(cluster: CassandraCluster): string {
  return cluster.spec.clusterName ?? `${cluster.metadata.name}-${cluster.metadata.uid.slice(0, 8)}`
}

/** What the agent of a node is told. `hostID` is left out of the revision: it appears when the node has joined. */
export function nodeSettings(cluster: CassandraCluster, node: CassandraNode, heapMiB: number, hostID: string | undefined): NodeSettings {
  const { spec } = cluster
  return {
    clusterUID: cluster.metadata.uid,
    clusterName: cassandraName(cluster),
    node: node.metadata.name,
    nodeUID: node.spec.nodeUID,
    datacenter: node.spec.datacenter,
    rack: node.spec.rack,
    version: spec.version,
    numTokens: spec.numTokens,
    seedService: `${names.seedService(cluster.metadata.name)}.${cluster.metadata.namespace}.svc.cluster.local`,
    heapMiB,
    jvmOptions: spec.jvm?.options ?? [],
    config: spec.config ?? {},
    authEnabled: spec.auth?.enabled ?? true,
    ...(hostID === undefined ? {} : { expectedHostID: hostID }),
  }
}
