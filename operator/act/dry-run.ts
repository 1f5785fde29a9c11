import { names } from '../../api/names.ts'
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
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
  const racks = new Map(nodes.map((node) => [node.record.spec.rack, node.record]))
  for (const record of racks.values()) {
    const input = { cluster, node: record, rack: rackOf(cluster, record), heapMiB: checked.heapMiB, ownImage, hostID: undefined }
    const body = pod(input, '', false) as KubeObject
    // Another name: the real one is taken by the pod that runs.
    const probe = { ...body, metadata: { ...body.metadata, name: `${names.seedService(cluster.metadata.name)}-dry-run` } }
    try {
      await client.create(pathOf(resources.pods, cluster.metadata.namespace), probe, true)
    } catch (error) {
      if (isKubeError(error, 'forbidden') || isKubeError(error, 'invalid')) {
        return {
          reason: 'InvalidPodTemplate',
          message: `the API server would refuse the pods of ${record.spec.rack}: ${(error as Error).message}`,
        }
      }
      throw error
    }
  }
  return undefined
}
