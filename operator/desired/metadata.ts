// Labels and owners of everything that the operator makes.
import { API_VERSION } from '../../api/group.ts'
import { LABEL, MANAGER } from '../../api/labels.ts'
import type { CassandraCluster, CassandraNode, OwnerReference } from '../../api/objects.ts'

type Labels = Readonly<Record<string, string>>

export function clusterLabels(cluster: CassandraCluster): Labels {
  return {
    'app.kubernetes.io/name': 'cassandra',
    'app.kubernetes.io/instance': cluster.metadata.name,
    'app.kubernetes.io/part-of': cluster.metadata.name,
    [LABEL.managedBy]: MANAGER,
    [LABEL.cluster]: cluster.metadata.name,
    [LABEL.clusterUID]: cluster.metadata.uid,
  }
}

export function nodeLabels(cluster: CassandraCluster, node: CassandraNode): Labels {
  return {
    ...clusterLabels(cluster),
    [LABEL.datacenter]: node.spec.datacenter,
    [LABEL.rack]: node.spec.rack,
    [LABEL.node]: node.metadata.name,
    [LABEL.nodeUID]: node.spec.nodeUID,
  }
}

export function ownedByCluster(cluster: CassandraCluster): readonly OwnerReference[] {
  return [owner('CassandraCluster', cluster)]
}

export function ownedByNode(node: CassandraNode): readonly OwnerReference[] {
  return [owner('CassandraNode', node)]
}

function owner(kind: string, object: CassandraCluster | CassandraNode): OwnerReference {
  const { name, uid } = object.metadata
  return { apiVersion: API_VERSION, kind, name, uid, controller: true, blockOwnerDeletion: false }
}
