// The CustomResourceDefinitions, whole.
import type { z } from 'zod'
import { GROUP, VERSION } from '../group.ts'
import { clusterSpec, clusterStatus } from '../kinds/cassandra-cluster.ts'
import { nodeSpec, nodeStatus } from '../kinds/cassandra-node.ts'
import { type Rule, rules } from '../kinds/rules.ts'
import { structural } from './structural.ts'

type Column = readonly [name: string, type: 'string' | 'integer' | 'date', jsonPath: string, wide?: 'wide']

type Kind = {
  readonly kind: string
  readonly plural: string
  readonly shortName: string
  readonly description: string
  readonly spec: z.ZodType
  readonly status: z.ZodType
  readonly rules: readonly Rule[]
  readonly columns: readonly Column[]
  readonly scale?: { readonly specReplicasPath: string; readonly statusReplicasPath: string; readonly labelSelectorPath: string }
  readonly selectableFields?: readonly string[]
}

const age: Column = ['Age', 'date', '.metadata.creationTimestamp']
const condition = (type: string, field: string): string => `.status.conditions[?(@.type=="${type}")].${field}`

/** Until the operator has recorded the racks nothing was made, and a wrong zone or class can simply be corrected. */
const ONCE_MADE = '!has(oldSelf.status) || !has(oldSelf.status.datacenters) || '

const kinds: readonly Kind[] = [
  {
    kind: 'CassandraCluster',
    plural: 'cassandraclusters',
    shortName: 'cass',
    description: 'A cluster of Apache Cassandra.',
    spec: clusterSpec,
    status: clusterStatus,
    rules: [
      {
        rule: "self.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$') && self.metadata.name.size() <= 24",
        messageExpression:
          "'metadata.name must be lower-case letters, digits and -, start with a letter and have at most 24 characters, so that pod names fit; ' + self.metadata.name + ' does not, choose another'",
        fieldPath: '.metadata.name',
      },
      {
        // As a transition: a rule between spec and status also runs when the status is written.
        rule: '!has(oldSelf.status) || !has(oldSelf.status.nodes) || !has(self.spec.nodes) || self.spec.nodes >= oldSelf.spec.nodes || self.spec.nodes >= oldSelf.status.nodes',
        messageExpression:
          "'%d nodes exist (status.nodes), and this version of Ringkeeper adds nodes and does not remove them: nodes cannot be %d; keep it at %d or more'.format([oldSelf.status.nodes, self.spec.nodes, oldSelf.status.nodes])",
        fieldPath: '.spec.nodes',
      },
      {
        rule: `${ONCE_MADE}has(self.spec.storage.storageClassName) == has(oldSelf.spec.storage.storageClassName) && (!has(self.spec.storage.storageClassName) || self.spec.storage.storageClassName == oldSelf.spec.storage.storageClassName)`,
        message: 'storageClassName cannot change in place: the volumes keep their class; take the change back, or make another cluster',
        fieldPath: '.spec.storage.storageClassName',
      },
      {
        rule: `${ONCE_MADE}has(self.spec.racks) || !has(oldSelf.spec.racks)`,
        message: 'racks cannot be dropped once set; put them back',
        fieldPath: '.spec.racks',
      },
      {
        rule: `${ONCE_MADE}!has(self.spec.racks) || !has(oldSelf.spec.racks) || oldSelf.spec.racks.all(o, self.spec.racks.exists(r, r.name == o.name && has(r.zone) == has(o.zone) && (!has(r.zone) || r.zone == o.zone)))`,
        message: 'this version of Ringkeeper keeps racks: a rack cannot be removed or moved to another zone; put it back as it was',
        fieldPath: '.spec.racks',
      },
      {
        rule: '!has(self.spec.racks) || has(oldSelf.spec.racks) || !has(oldSelf.status) || !has(oldSelf.status.datacenters) || oldSelf.status.datacenters.all(d, d.racks.all(r, self.spec.racks.exists(s, s.name == r.name && has(s.zone) == has(r.zone) && (!has(s.zone) || s.zone == r.zone))))',
        message:
          'when racks is first set it must name every rack that is running, with its zone; copy them from status.datacenters[].racks',
        fieldPath: '.spec.racks',
      },
    ],
    columns: [
      ['Available', 'string', condition('Available', 'status')],
      ['Nodes', 'string', '.status.nodesReady'],
      ['Status', 'string', condition('Ready', 'reason')],
      ['Version', 'string', '.status.version'],
      ['DCs', 'string', '.status.datacenterNames'],
      age,
      ['Operation', 'string', '.status.operation.message', 'wide'],
      ['Message', 'string', condition('Ready', 'message'), 'wide'],
    ],
    scale: {
      specReplicasPath: '.spec.nodes',
      statusReplicasPath: '.status.scale.nodes',
      labelSelectorPath: '.status.scale.selector',
    },
  },
  {
    kind: 'CassandraNode',
    plural: 'cassandranodes',
    shortName: 'cassn',
    description: 'One node of a CassandraCluster, with one host id for life. Made by the operator.',
    spec: nodeSpec,
    status: nodeStatus,
    rules: [
      {
        // string(int) counts as unbounded text, so the number is read from the name and not the name made from the number.
        rule: "self.metadata.name.matches('-(0|[1-9][0-9]{0,3})$') && self.metadata.name.substring(0, self.metadata.name.lastIndexOf('-')) == self.spec.clusterRef.name + '-' + self.spec.datacenter + '-' + self.spec.rack && int(self.metadata.name.substring(self.metadata.name.lastIndexOf('-') + 1)) == self.spec.ordinal",
        message: 'metadata.name must be <clusterRef.name>-<datacenter>-<rack>-<ordinal>, as the spec says them',
        fieldPath: '.metadata.name',
      },
      {
        rule: 'self.spec == oldSelf.spec',
        message: 'the spec of a CassandraNode is immutable: it is the identity of one node for life; take the change back',
        fieldPath: '.spec',
      },
    ],
    columns: [
      ['Cluster', 'string', '.spec.clusterRef.name'],
      ['DC', 'string', '.spec.datacenter'],
      ['Rack', 'string', '.spec.rack'],
      ['State', 'string', '.status.state'],
      ['Load', 'string', '.status.load'],
      ['Owns', 'string', '.status.owns'],
      ['Version', 'string', '.status.version'],
      age,
      ['IP', 'string', '.status.ip', 'wide'],
      ['Tokens', 'integer', '.status.tokens', 'wide'],
      ['K8s Node', 'string', '.status.kubernetesNode', 'wide'],
      ['Host ID', 'string', '.status.hostID', 'wide'],
      ['Message', 'string', condition('Ready', 'message'), 'wide'],
    ],
    selectableFields: ['.spec.clusterRef.name', '.spec.datacenter', '.spec.rack', '.status.state'],
  },
]

export const crds: readonly object[] = kinds.map((kind) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${kind.plural}.${GROUP}`,
    labels: { 'app.kubernetes.io/name': 'ringkeeper', 'app.kubernetes.io/part-of': 'ringkeeper' },
  },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: {
      kind: kind.kind,
      listKind: `${kind.kind}List`,
      plural: kind.plural,
      singular: kind.kind.toLowerCase(),
      shortNames: [kind.shortName],
      categories: ['cassandra'],
    },
    versions: [
      {
        name: VERSION,
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schemaOf(kind) },
        subresources: { status: {}, ...(kind.scale === undefined ? {} : { scale: kind.scale }) },
        additionalPrinterColumns: kind.columns.map(([name, type, jsonPath, wide]) => ({
          name,
          type,
          jsonPath,
          ...(wide === undefined ? {} : { priority: 1 }),
        })),
        ...(kind.selectableFields === undefined ? {} : { selectableFields: kind.selectableFields.map((jsonPath) => ({ jsonPath })) }),
      },
    ],
  },
}))

function schemaOf(kind: Kind): object {
  return {
    type: 'object',
    description: kind.description,
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      // Declared, because a rule may name a field only where the schema has it; the limit bounds the cost of the rules.
      metadata: { type: 'object', properties: { name: { type: 'string', maxLength: 253 } } },
      spec: { ...structural(kind.spec), description: 'What the object should be.' },
      status: { ...structural(kind.status), description: 'What it is.' },
    },
    ...rules(...kind.rules),
  }
}
