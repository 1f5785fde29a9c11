// What the operator may do, and why. Nothing here is granted "in case".
type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly why: string
}

/** In every namespace, because clusters may be made in any. */
export const clusterRules: readonly Rule[] = [
  {
    apiGroups: ['ringkeeper.io'],
    resources: ['cassandraclusters'],
    verbs: ['get', 'list', 'watch'],
    why: 'what users wish; never written',
  },
  {
    apiGroups: ['ringkeeper.io'],
    resources: ['cassandraclusters/status', 'cassandranodes/status'],
    verbs: ['update', 'patch'],
    why: 'journal, progress, conditions',
  },
  {
    apiGroups: ['ringkeeper.io'],
    resources: ['cassandranodes'],
    verbs: ['get', 'list', 'watch', 'create', 'delete'],
    why: 'one record for each node; deleted only before the node was ever let start',
  },
  {
    apiGroups: [''],
    resources: ['pods'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
    why: 'Cassandra pods; patched for the seed label alone',
  },
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims'],
    verbs: ['get', 'list', 'watch', 'create'],
    why: 'volumes; this version never deletes one',
  },
  { apiGroups: [''], resources: ['services'], verbs: ['get', 'list', 'watch', 'create', 'patch'], why: 'clients, nodes, seeds' },
  {
    apiGroups: [''],
    resources: ['secrets'],
    verbs: ['get', 'list', 'watch', 'create'],
    why: 'superuser and certificates, made once and never overwritten; get for a Secret that a spec names',
  },
  {
    apiGroups: ['policy'],
    resources: ['poddisruptionbudgets'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
    why: 'one a datacenter',
  },
  { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'watch'], why: 'zones for the racks' },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'], why: 'what was done and what is in the way' },
]

/** In the operator's own namespace. */
export const ownRules: readonly Rule[] = [
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'], why: 'one of the replicas leads' },
]

export function rbacRules(rules: readonly Rule[]): readonly object[] {
  return rules.map(({ apiGroups, resources, verbs }) => ({ apiGroups, resources, verbs }))
}
