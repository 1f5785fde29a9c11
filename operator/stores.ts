// What the operator keeps in memory, and whom a change wakes.

import { LABEL, MANAGER } from '../api/labels.ts'
import type { CassandraCluster, CassandraNode, KubeObject } from '../api/objects.ts'
import type { KubeClient } from '../kube/client.ts'
import { pathOf, type Resource, resources } from '../kube/resources.ts'
import { createStore, type Store, type StoreOptions } from '../kube/store.ts'
import { kept } from './snapshot/kept.ts'
import type { Claim, KubeNode, Pod, Secret } from './snapshot/kube-types.ts'

export type Stores = {
  readonly clusters: Store<CassandraCluster>
  readonly nodes: Store<CassandraNode>
  readonly pods: Store<Pod>
  readonly claims: Store<Claim>
  /** Our own alone; Secrets of others are read when needed and never kept. */
  readonly secrets: Store<Secret>
  readonly services: Store<KubeObject>
  readonly budgets: Store<KubeObject>
  readonly kubeNodes: Store<KubeNode>
  readonly all: readonly Store<KubeObject>[]
}

export function createStores(
  client: KubeClient,
  wake: (namespace: string, cluster: string) => void,
  log: (message: string) => void,
  make: <T extends KubeObject>(options: StoreOptions<T>) => Store<T> = createStore,
): Stores {
  const ours = `labelSelector=${encodeURIComponent(`${LABEL.managedBy}=${MANAGER},${LABEL.cluster}`)}`
  const byLabel = (object: KubeObject | undefined): void => {
    const cluster = object?.metadata.labels?.[LABEL.cluster]
    if (cluster !== undefined) wake(object?.metadata.namespace ?? '', cluster)
  }
  const labelled = <T extends KubeObject>(resource: Resource, keep = (object: T) => object): Store<T> =>
    make<T>({ client, path: pathOf(resource), query: ours, keep, log, onChange: (object, before) => byLabel(object ?? before) })
  const clusters = make<CassandraCluster>({
    client,
    path: pathOf(resources.clusters),
    log,
    onChange: (object, before) => {
      const { namespace = '', name } = (object ?? before)?.metadata ?? { name: '' }
      // Our own status writes wake nobody.
      if (object === undefined || before === undefined || object.metadata.generation !== before.metadata.generation) wake(namespace, name)
    },
  })
  const nodes = make<CassandraNode>({
    client,
    path: pathOf(resources.nodes),
    log,
    onChange: (object, before) => {
      const node = object ?? before
      const isStatus = object !== undefined && before !== undefined && object.metadata.generation === before.metadata.generation
      if (node !== undefined && !isStatus) wake(node.metadata.namespace ?? '', node.spec.clusterRef.name)
    },
  })
  const kubeNodes = make<KubeNode>({ client, path: pathOf(resources.kubeNodes), keep: kept.kubeNode, log, onChange: () => undefined })
  const stores = {
    clusters,
    nodes,
    pods: labelled<Pod>(resources.pods, kept.pod),
    claims: labelled<Claim>(resources.claims),
    secrets: labelled<Secret>(resources.secrets),
    services: labelled<KubeObject>(resources.services),
    budgets: labelled<KubeObject>(resources.disruptionBudgets),
    kubeNodes,
  }
  return { ...stores, all: Object.values(stores) as readonly Store<KubeObject>[] }
}
