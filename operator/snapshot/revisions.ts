// Hash of the pod template of each node: whose pod carries another one is outdated.
import { hash } from 'node:crypto'
import type { ClusterSpec } from '../../api/kinds/cassandra-cluster.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import { podTemplate } from '../desired/pod.ts'
import { rackOf } from './gather.ts'

export type RevisionOf = (cluster: CassandraCluster, node: CassandraNode, heapMiB: number) => string

/** Most looks see the spec that the look before has seen: its templates are rendered once. */
export function createRevisions(): RevisionOf {
  const rendered = new WeakMap<ClusterSpec, Map<string, string>>()
  return (cluster, node, heapMiB) => {
    const revisions = rendered.get(cluster.spec) ?? new Map<string, string>()
    rendered.set(cluster.spec, revisions)
    const rack = rackOf(cluster, node)
    const key = `${cluster.metadata.uid} ${node.metadata.uid} ${rack.zone} ${heapMiB}`
    const known = revisions.get(key)
    if (known !== undefined) return known
    // Without our own image: an operator upgrade restarts nothing.
    const template = podTemplate({ cluster, node, rack, heapMiB, ownImage: '', hostID: undefined })
    const revision = hash('sha256', JSON.stringify(template)).slice(0, 16)
    revisions.set(key, revision)
    return revision
  }
}
