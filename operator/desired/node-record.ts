import { API_VERSION } from '../../api/group.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster } from '../../api/objects.ts'
import type { Step } from '../decide/types.ts'
import { clusterLabels, ownedByCluster } from './metadata.ts'

/** The durable record of one node, made before anything of the node exists. */
export function nodeRecord(cluster: CassandraCluster, step: Extract<Step, { readonly kind: 'create-node' }>, nodeUID: string): object {
  const { datacenter, rack, ordinal, initialTokens } = step
  const { name, namespace } = cluster.metadata
  return {
    apiVersion: API_VERSION,
    kind: 'CassandraNode',
    metadata: {
      name: names.node(name, datacenter, rack, ordinal),
      namespace,
      labels: clusterLabels(cluster),
      ownerReferences: ownedByCluster(cluster),
    },
    spec: {
      clusterRef: { name },
      datacenter,
      rack,
      ordinal,
      nodeUID,
      ...(initialTokens === undefined ? {} : { initialTokens }),
    },
  }
}
