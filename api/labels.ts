// Every label and annotation of Ringkeeper. Labels may carry facts; nothing that correctness needs is read from them alone.
export const LABEL = {
  cluster: 'ringkeeper.io/cluster',
  datacenter: 'ringkeeper.io/datacenter',
  rack: 'ringkeeper.io/rack',
  node: 'ringkeeper.io/node',
  clusterUID: 'ringkeeper.io/cluster-uid',
  nodeUID: 'ringkeeper.io/node-uid',
  hostID: 'ringkeeper.io/host-id',
  volumeState: 'ringkeeper.io/volume-state',
  /** "true" on the pods whose addresses the seed Service publishes. */
  seed: 'ringkeeper.io/seed',
  /** On a CustomResourceDefinition of ours: it may be deleted, and every object with it. */
  allowDelete: 'ringkeeper.io/allow-delete',
  /** On a namespace: it cannot be deleted. */
  deletionProtection: 'ringkeeper.io/deletion-protection',
  managedBy: 'app.kubernetes.io/managed-by',
} as const

export const ANNOTATION = {
  /** Hash of what the operator rendered: equal hash and equal live fields mean that there is nothing to write. */
  renderHash: 'ringkeeper.io/render-hash',
} as const

export const MANAGER = 'ringkeeper'
