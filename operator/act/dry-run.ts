import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import { DATACENTER } from '../decide/form-ring.ts'
import type { NodeView, Problem } from '../decide/types.ts'
import { pod } from '../desired/pod.ts'
import { checkSpec } from '../snapshot/check-spec.ts'
import { rackOf } from '../snapshot/gather.ts'

/** Would the API server take the pods that the spec asks for? One of each rack is asked before any running pod is touched. */
export async function dryRunPods(
  client: KubeClient,
  cluster: CassandraCluster,
  nodes: readonly NodeView[],
  ownImage: string,
): Promise<Problem | undefined> {
  const checked = checkSpec(cluster)
  if (!checked.ok) return checked.problem
  for (const record of oneOfEachRack(cluster, nodes)) {
    const input = { cluster, node: record, rack: rackOf(cluster, record), heapMiB: checked.heapMiB, ownImage, hostID: undefined }
    const body = pod(input, '', false) as KubeObject
    // Another name: the real one is taken by the pod that runs.
    const { ownerReferences: _, ...metadata } = body.metadata
    const probe = { ...body, metadata: { ...metadata, name: `${names.seedService(cluster.metadata.name)}-dry-run` } }
    try {
      await client.create(pathOf(resources.pods, cluster.metadata.namespace), probe, true)
    } catch (error) {
      if (!(error instanceof KubeError) || !isVerdict(error)) throw error
      return { reason: 'InvalidPodTemplate', message: `the API server would refuse the pods of ${record.spec.rack}: ${error.message}` }
    }
  }
  return undefined
}

/** An admission webhook that does not answer stands in the way just as a refusal does. */
function isVerdict({ kind, status }: KubeError): boolean {
  return kind === 'forbidden' || kind === 'invalid' || status === 500
}

/** Records as they are, and as they would be in racks without a node. */
function oneOfEachRack(cluster: CassandraCluster, nodes: readonly NodeView[]): readonly CassandraNode[] {
  const records = new Map(nodes.map(({ record }) => [record.spec.rack, record]))
  const racks = cluster.status?.datacenters?.[0]?.racks ?? cluster.spec.racks ?? [{ name: 'rack1' }]
  return racks.map(({ name: rack }) => records.get(rack) ?? firstOf(rack, cluster))
}

function firstOf(rack: string, { metadata: { name: cluster } }: CassandraCluster): CassandraNode {
  const name = names.node(cluster, DATACENTER, rack, 0)
  const spec = { clusterRef: { name: cluster }, datacenter: DATACENTER, rack, ordinal: 0, nodeUID: 'dry-run' }
  return { metadata: { name, uid: 'dry-run', resourceVersion: '' }, spec }
}
