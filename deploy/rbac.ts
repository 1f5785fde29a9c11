// What the operator may do, and why. Nothing here is granted "in case": a verb enters with the code that uses it.
export type Rule = {
  readonly apiGroup: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  /** Only objects of these names. */
  readonly names?: readonly string[]
  readonly why: string
}

const OURS = 'ringkeeper.io'

/** In every namespace, because clusters may be made in any. */
export const clusterRules: readonly Rule[] = [
  {
    apiGroup: OURS,
    resources: ['cassandraclusters'],
    verbs: ['get', 'list', 'watch'],
    why: 'what users wish, read again before a protection is loosened; the spec is never written',
  },
  {
    apiGroup: OURS,
    resources: ['cassandraclusters/status', 'cassandranodes/status'],
    verbs: ['update'],
    why: 'journal, progress and conditions, each on top of the version that was read',
  },
  {
    apiGroup: OURS,
    resources: ['cassandranodes'],
    verbs: ['get', 'list', 'watch', 'create', 'delete'],
    why: 'one record for each node; read again and deleted only while the node was never let start',
  },
  {
    apiGroup: '',
    resources: ['pods'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    why: 'Cassandra pods; patched for the seed label alone, read again before a delete',
  },
  {
    apiGroup: '',
    resources: ['persistentvolumeclaims'],
    verbs: ['list', 'watch', 'create'],
    why: 'volumes; this version changes and deletes none',
  },
  {
    apiGroup: '',
    resources: ['services'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
    why: 'addresses for clients, nodes and seeds, by server-side apply; get shows whose an object of that name is',
  },
  {
    apiGroup: 'policy',
    resources: ['poddisruptionbudgets'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
    why: 'one for each datacenter, by server-side apply; get as for Services',
  },
  {
    apiGroup: '',
    resources: ['secrets'],
    verbs: ['get', 'list', 'watch', 'create', 'update'],
    why: 'superuser, made once; certificates, renewed in place; get: the Secret that spec.auth.superuserSecretRef names, in the namespace of its cluster; list and watch ask for our label alone, which RBAC cannot say',
  },
  {
    apiGroup: 'storage.k8s.io',
    resources: ['storageclasses'],
    verbs: ['list'],
    why: 'names those that exist when a spec asks for another one; read before volumes are made',
  },
  { apiGroup: '', resources: ['nodes'], verbs: ['list', 'watch'], why: 'zones for the racks' },
  { apiGroup: 'events.k8s.io', resources: ['events'], verbs: ['create'], why: 'what was done and what is in the way' },
]

/** In the operator's own namespace. */
export const ownRules: readonly Rule[] = [
  {
    apiGroup: 'coordination.k8s.io',
    resources: ['leases'],
    verbs: ['create'],
    why: 'the lease of the leader; create cannot be bound to a name',
  },
  {
    apiGroup: 'coordination.k8s.io',
    resources: ['leases'],
    names: ['ringkeeper-operator'],
    verbs: ['get', 'update'],
    why: 'one of the replicas leads',
  },
]

/** As a Role or ClusterRole holds them. */
export function rbacRules(rules: readonly Rule[]): readonly object[] {
  return rules.map(({ apiGroup, resources, verbs, names }) => ({
    apiGroups: [apiGroup],
    resources,
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs,
  }))
}
