import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster } from '../../api/objects.ts'
import { clusterLabels, ownedByCluster } from './metadata.ts'

/**
 * One node of a datacenter may be evicted at a time, none while a topology change runs. An integer minAvailable, because
 * the API server accepts nothing else for pods whose owner has no scale subresource (fdb-kubernetes-operator#2512).
 */
export function disruptionBudget(cluster: CassandraCluster, datacenter: string, minAvailable: number): object {
  const { name, namespace, uid } = cluster.metadata
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: names.disruptionBudget(name, datacenter),
      namespace,
      labels: clusterLabels(cluster),
      ownerReferences: ownedByCluster(cluster),
    },
    spec: {
      minAvailable,
      selector: { matchLabels: { [LABEL.cluster]: name, [LABEL.clusterUID]: uid, [LABEL.datacenter]: datacenter } },
    },
  }
}
