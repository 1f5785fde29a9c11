import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import { nodeLabels, ownedByCluster } from './metadata.ts'

/**
 * The data volume of a node. It belongs to nobody unless the user asked for its deletion with the cluster: a claim without
 * an owner survives every mistake above it.
 */
export function dataClaim(cluster: CassandraCluster, node: CassandraNode): object {
  const { storage } = cluster.spec
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: names.dataClaim(node.metadata.name, node.spec.nodeUID),
      namespace: cluster.metadata.namespace,
      labels: { ...nodeLabels(cluster, node), [LABEL.volumeState]: 'active' },
      ...(storage.retention?.whenDeleted === 'Delete' ? { ownerReferences: ownedByCluster(cluster) } : {}),
    },
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: storage.size } },
      ...(storage.storageClassName === undefined ? {} : { storageClassName: storage.storageClassName }),
    },
  }
}
