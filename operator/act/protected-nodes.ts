// How many nodes the disruption budget protects: one less than there are; all of them while the topology changes, so that
// no drain evicts a streaming peer.
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { Stores } from '../stores.ts'

type Budget = KubeObject & { readonly spec?: { readonly minAvailable?: number } }

/** Protection is raised on sight and lowered only by what the server itself says: stores may be behind (INV-14). */
export async function protectedNodes(client: KubeClient, stores: Stores, cluster: CassandraCluster, datacenter: string): Promise<number> {
  const { name, namespace } = cluster.metadata
  const wanted = count(cluster, stores.nodes.all())
  const budget = stores.budgets.get(namespace, names.disruptionBudget(name, datacenter)) as Budget | undefined
  if (wanted >= (budget?.spec?.minAvailable ?? 0)) return wanted
  const live = await client.get<CassandraCluster>(pathOf(resources.clusters, namespace, name))
  const { items } = await client.list<CassandraNode>(pathOf(resources.nodes, namespace))
  return count(live?.metadata.uid === cluster.metadata.uid ? live : cluster, items)
}

function count({ metadata, status }: CassandraCluster, records: readonly CassandraNode[]): number {
  const nodes = records.filter((record) => record.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid)).length
  return status?.operation?.type === 'AddNode' ? nodes : Math.max(nodes - 1, 0)
}
