// Three Services: clients (ready nodes), nodes (a name for each), seeds (also nodes that are not ready: after an outage
// nobody is ready until somebody is found). Clients get theirs when the first ring is whole: what somebody wrote before
// would not reach the nodes that join it without streaming (docs/decisions/0013).
import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster } from '../../api/objects.ts'
import { clusterLabels, ownedByCluster } from './metadata.ts'

const CQL = { name: 'cql', port: 9042, targetPort: 9042, protocol: 'TCP' }
const INTERNODE = { name: 'internode', port: 7000, targetPort: 7000, protocol: 'TCP' }

export function services(cluster: CassandraCluster, datacenter: string): readonly object[] {
  const name = cluster.metadata.name
  const byCluster = { [LABEL.cluster]: name, [LABEL.clusterUID]: cluster.metadata.uid }
  const inDatacenter = { ...byCluster, [LABEL.datacenter]: datacenter }
  const service = (serviceName: string, spec: object): object => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: serviceName,
      namespace: cluster.metadata.namespace,
      labels: clusterLabels(cluster),
      ownerReferences: ownedByCluster(cluster),
    },
    spec,
  })
  const isPublished = cluster.status?.initializedAt !== undefined
  return [
    ...(isPublished ? [service(names.clientService(name, datacenter), { selector: inDatacenter, ports: [CQL] })] : []),
    service(names.nodesService(name, datacenter), {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: inDatacenter,
      ports: [CQL, INTERNODE],
    }),
    service(names.seedService(name), {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: { ...byCluster, [LABEL.seed]: 'true' },
      ports: [INTERNODE],
    }),
  ]
}
