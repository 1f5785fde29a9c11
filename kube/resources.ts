// Paths of the resources that Ringkeeper knows.

/** `/api/v1` or `/apis/<group>/<version>`, and the plural. */
export type Resource = { readonly api: string; readonly plural: string }

export const resources = {
  pods: { api: '/api/v1', plural: 'pods' },
  claims: { api: '/api/v1', plural: 'persistentvolumeclaims' },
  services: { api: '/api/v1', plural: 'services' },
  secrets: { api: '/api/v1', plural: 'secrets' },
  namespaces: { api: '/api/v1', plural: 'namespaces' },
  kubeNodes: { api: '/api/v1', plural: 'nodes' },
  events: { api: '/apis/events.k8s.io/v1', plural: 'events' },
  leases: { api: '/apis/coordination.k8s.io/v1', plural: 'leases' },
  storageClasses: { api: '/apis/storage.k8s.io/v1', plural: 'storageclasses' },
  disruptionBudgets: { api: '/apis/policy/v1', plural: 'poddisruptionbudgets' },
  clusters: { api: '/apis/ringkeeper.io/v1alpha1', plural: 'cassandraclusters' },
  nodes: { api: '/apis/ringkeeper.io/v1alpha1', plural: 'cassandranodes' },
} as const satisfies Record<string, Resource>

/** Path of a collection, of an object in it, or of a subresource. */
export function pathOf(resource: Resource, namespace?: string, name?: string, subresource?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`)
  return `${resource.api}${scope}/${resource.plural}${tail.join('')}`
}
