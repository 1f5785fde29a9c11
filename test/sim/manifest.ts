// The manifests of a run: good ones, and what a person gets wrong in them.

import type { ClusterSpec } from '../../api/kinds/cassandra-cluster.ts'
import { LABEL } from '../../api/labels.ts'
import { KubeError } from '../../kube/errors.ts'
import type { Body } from './api-server.ts'
import type { Random } from './random.ts'
import { NAME, NAMESPACE } from './sim.ts'

export function goodSpec(random: Random, nodes: number): ClusterSpec {
  const racks = random.chance(0.3) ? { racks: [{ name: 'a' }, { name: 'b' }].slice(0, random.between(1, 2)) } : {}
  return {
    version: '5.0.9',
    nodes,
    ...racks,
    numTokens: random.between(1, 2),
    storage: { size: '1Gi' },
    resources: { requests: { cpu: '1' }, limits: { memory: '4Gi' } },
    config: {},
    auth: { enabled: random.chance(0.8) },
    antiAffinity: 'Preferred',
    paused: false,
    deletionProtection: false,
  }
}

/** Each turns a good spec into one that cannot be carried out; the good one takes it back. */
export const mistakes: Readonly<Record<string, (spec: ClusterSpec) => ClusterSpec>> = {
  'an image that does not exist': (spec) => ({ ...spec, image: 'broken:1' }),
  'an image that the namespace forbids': (spec) => ({ ...spec, image: 'forbidden:1' }),
  'more processors than any machine has': (spec) => ({ ...spec, resources: { ...spec.resources, requests: { cpu: '1000' } } }),
  'a heap larger than the limit': (spec) => ({ ...spec, jvm: { heapSize: '64Gi' } }),
  'a setting that Cassandra refuses': (spec) => ({ ...spec, config: { ...spec.config, no_such_setting: 1 } }),
  'a version that is not supported': (spec) => ({ ...spec, version: '9.9.9' }),
}

/** What the API server refuses to make: pods that the namespace forbids. */
export function quota(collection: string, body: Body): void {
  if (collection !== '/api/v1/pods') return
  const { containers } = body.spec as { readonly containers: readonly { readonly image: string }[] }
  if (containers.some(({ image }) => image.startsWith('forbidden')))
    throw new KubeError(403, 'Forbidden', 'pods is forbidden: exceeded quota')
}

export function clusterObject(spec: ClusterSpec): Body {
  return {
    kind: 'CassandraCluster',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec,
  }
}

export function machine(zone: number): Body {
  return {
    kind: 'Node',
    metadata: { name: `machine-${zone}`, labels: { 'topology.kubernetes.io/zone': `zone-${zone}`, [LABEL.cluster]: '' } },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  }
}

export const storageClass: Body = {
  kind: 'StorageClass',
  metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
}
