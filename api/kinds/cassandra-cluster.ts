import { z } from 'zod'
import { OWNED_JVM_OPTIONS } from '../owned-jvm-options.ts'
import { condition } from './condition.ts'
import { quantity, size } from './quantities.ts'
import { pattern, rules } from './rules.ts'

const EXACT_VERSION = '^[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{1,3}$'

export const rack = z.object({
  name: z
    .string()
    .max(16)
    .meta(rules(pattern('^[a-z0-9]{1,16}$', 'is no rack name; use 1 to 16 lower-case letters and digits, such as rack1')))
    .describe('Name in Cassandra and in object names; cannot change.'),
  zone: z.string().max(63).optional().describe('Zone (topology.kubernetes.io/zone) that the nodes of the rack must run in.'),
  nodeSelector: z
    .record(z.string().max(317), z.string().max(63))
    .optional()
    .describe('Labels that the Kubernetes nodes of the rack must carry.'),
})

export const storage = z
  .object({
    size: size.describe('Size of the data volume of each node, with a unit, such as 100Gi.'),
    storageClassName: z.string().max(253).optional().describe('Storage class of the volumes; the default class when absent.'),
    retention: z
      .object({
        whenDeleted: z.enum(['Retain', 'Delete']).default('Retain').describe('What happens to the volumes when the cluster is deleted.'),
      })
      .optional()
      .describe('When volumes may go.'),
  })
  .meta(
    rules({
      rule: 'self.size == oldSelf.size',
      messageExpression:
        "'from ' + oldSelf.size + ' to ' + self.size + ': this version of Ringkeeper cannot change the size of volumes; keep ' + oldSelf.size + ', or make another cluster'",
      fieldPath: '.size',
    }),
  )

export const resources = z.object({
  requests: z.record(z.string().max(63), quantity).optional().describe('Reserved for the container.'),
  limits: z.record(z.string().max(63), quantity).optional().describe('Upper limit of the container.'),
})

export const clusterSpec = z
  .object({
    version: z
      .string()
      .max(16)
      .describe('Exact version of Apache Cassandra, such as 5.0.9.')
      .meta(
        rules(
          pattern(EXACT_VERSION, 'is no exact version; write its three numbers, such as "5.0.9"'),
          {
            rule: `!self.matches('${EXACT_VERSION}') || self.matches('^(4[.]0|4[.]1|5[.]0)[.]')`,
            messageExpression: "'Cassandra ' + self + ' is not supported; supported are 4.0.x, 4.1.x and 5.0.x'",
          },
          {
            rule: `!self.matches('${EXACT_VERSION}') || int(self.split('.')[0]) * 1000 + int(self.split('.')[1]) >= int(oldSelf.split('.')[0]) * 1000 + int(oldSelf.split('.')[1])`,
            messageExpression:
              "'from ' + oldSelf + ' to ' + self + ' is a downgrade, which Cassandra cannot do; restore a backup into a new cluster instead'",
          },
        ),
      ),
    image: z.string().max(512).optional().describe('Image of Apache Cassandra; cassandra:<version> when absent.'),
    imagePullSecrets: z
      .array(z.object({ name: z.string().max(253).describe('Name of a Secret in the namespace of the cluster.') }))
      .max(16)
      .optional()
      .describe('Secrets to pull images with.')
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    clusterName: z
      .string()
      .min(1)
      .max(48)
      .optional()
      .describe('Name of the cluster inside Cassandra; <name>-<8 characters of the uid> when absent.'),
    nodes: z.int().min(1).max(1000).default(3).describe('Number of Cassandra nodes.'),
    racks: z
      .array(rack)
      .min(1)
      .max(16)
      .optional()
      .describe('Racks, in order; chosen from the zones once when absent.')
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] }),
    numTokens: z
      .int()
      .min(1)
      .max(256)
      .default(16)
      .describe('Tokens of each node; cannot change.')
      .meta(
        rules({
          rule: 'self == oldSelf',
          message: 'numTokens is immutable: a node keeps its tokens for life; take the change back, or make another cluster',
        }),
      ),
    storage: storage.describe('Volumes of the nodes.'),
    resources: resources.optional().describe('Processor and memory of the Cassandra container.'),
    jvm: z
      .object({
        heapSize: size
          .optional()
          .describe(
            'Heap of the JVM; half of the memory limit, at least 1Gi (512Mi when the limit is below 2Gi) and at most 31Gi, when absent.',
          ),
        options: z
          .array(
            z
              .string()
              .max(512)
              .meta(
                rules(
                  // Java takes the first word without a dash for the class to run.
                  pattern('^(-|@).*', 'is no option of the JVM; each item is one option and starts with -'),
                  {
                    rule: `!self.matches('${OWNED_JVM_OPTIONS}')`,
                    messageExpression: "'the operator owns ' + self + '; remove it'",
                  },
                ),
              ),
          )
          .max(32)
          .optional()
          .describe('Further JVM options.'),
      })
      .optional()
      .describe('The Java virtual machine.'),
    config: z.record(z.string().max(128), z.unknown()).optional().describe('Keys of cassandra.yaml.'),
    agent: z
      .object({ resources: resources.optional().describe('Processor and memory of the agent container.') })
      .optional()
      .describe('The agent beside Cassandra.'),
    auth: z
      .object({
        enabled: z.boolean().default(true).describe('Whether clients must log in; cannot change.'),
        superuserSecretRef: z
          .object({ name: z.string().min(1).max(253).describe('Name of a Secret in the namespace of the cluster.') })
          .optional()
          .describe('Secret with username and password of the superuser; generated as <cluster>-superuser when absent.'),
      })
      .optional()
      .describe('Authentication.'),
    antiAffinity: z
      .enum(['Required', 'Preferred', 'None'])
      .default('Preferred')
      .describe('Whether two Cassandra nodes may share a Kubernetes node.'),
    paused: z.boolean().default(false).describe('The operator looks, and touches nothing.'),
    deletionProtection: z.boolean().default(false).describe('The cluster cannot be deleted while this is true.'),
  })
  .meta(
    rules(
      {
        rule: 'has(self.clusterName) == has(oldSelf.clusterName) && (!has(self.clusterName) || self.clusterName == oldSelf.clusterName)',
        message: 'clusterName is immutable: it is written into every node; take the change back, or make another cluster',
        fieldPath: '.clusterName',
      },
      {
        // Not on the leaf: where auth was absent there is no old value, and the rule would not run.
        rule: '(!has(self.auth) || self.auth.enabled) == (!has(oldSelf.auth) || oldSelf.auth.enabled)',
        message:
          'auth.enabled is immutable: clients would lose access, or everybody gain it; take the change back, or make another cluster',
        fieldPath: '.auth.enabled',
      },
    ),
  )

/** The one operation of a cluster, written before each effect (safety.md section 0). */
export const operation = z.object({
  id: z.string().max(63).describe('Identity of the operation; agents accept a job with one id only once.'),
  type: z.string().max(32).describe('Bootstrap, AddNode, Rollout.'),
  step: z.string().max(32).describe('The step that was written before its effect.'),
  node: z.string().max(63).optional().describe('Name of the node that the step acts on.'),
  nodeUID: z.string().max(36).optional().describe('Identity of that node.'),
  hostID: z.string().max(36).optional().describe('Host id of that node in the ring.'),
  podUID: z.string().max(36).optional().describe('Identity of the pod.'),
  args: z.record(z.string().max(63), z.string().max(1024)).optional().describe('What the step needs to be repeated.'),
  specGeneration: z.int().describe('Generation of the spec that it was begun for.'),
  epoch: z.int().describe('Transition count of the leader lease; agents refuse a lower one.'),
  attempts: z.int().describe('How often the step was tried.'),
  startedAt: z.string().max(40).describe('When the operation began.'),
  stepSince: z.string().max(40).describe('When the step began.'),
  message: z.string().max(1024).optional().describe('What it is doing or waiting for.'),
})

export const clusterStatus = z.object({
  observedGeneration: z.int().optional().describe('Generation that the status was derived from.'),
  conditions: z
    .array(condition)
    .max(16)
    .optional()
    .describe('Available, Ready, Reconciling, Stalled, Degraded.')
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  clusterName: z.string().max(64).optional().describe('Name of the cluster inside Cassandra.'),
  initializedAt: z.string().max(40).optional().describe('When the first ring was whole and published.'),
  bootstrap: z
    .object({
      firstNode: z
        .object({ node: z.string().max(63), nodeUID: z.string().max(36), pvcUID: z.string().max(36) })
        .optional()
        .describe('The one node that started as its own seed; written once.'),
      rolesReady: z.boolean().optional().describe('The superuser of the Secret exists and the login cassandra is disabled.'),
    })
    .optional()
    .describe('Facts of the first start.'),
  version: z.string().max(16).optional().describe('Lowest running version.'),
  nodes: z.int().optional().describe('Nodes that exist.'),
  readyNodes: z.int().optional().describe('Nodes that serve.'),
  nodesReady: z.string().max(16).optional().describe('readyNodes/wanted nodes.'),
  datacenterNames: z.string().max(300).optional().describe('Names of the datacenters.'),
  superuserSecretName: z.string().max(253).optional().describe('Secret with the login of the superuser.'),
  superuserRevision: z.string().max(64).optional().describe('Version of that Secret which is in effect in the ring.'),
  schemaVersions: z.int().optional().describe('Schema versions in the ring; 1 is agreement.'),
  scale: z
    .object({ nodes: z.int(), selector: z.string().max(512) })
    .optional()
    .describe('For the scale subresource.'),
  operation: operation.optional().describe('What is being done now; one at a time.'),
  systemKeyspaces: z
    .array(z.object({ name: z.string().max(48), replication: z.string().max(512), repaired: z.boolean() }))
    .max(8)
    .optional()
    .describe('Replication that the operator gave to the keyspaces of Cassandra itself, and whether a repair followed.'),
  cleanup: z
    .object({ pending: z.array(z.string().max(63)).max(1000) })
    .optional()
    .describe('Nodes that still hold ranges that moved to a new node.'),
  datacenters: z
    .array(
      z.object({
        name: z.string().max(16),
        nodes: z.int(),
        readyNodes: z.int(),
        racks: z
          .array(z.object({ name: z.string().max(16), zone: z.string().max(63).optional(), nodes: z.int(), readyNodes: z.int() }))
          .max(16),
      }),
    )
    .max(16)
    .optional()
    .describe('Datacenters and racks; racks chosen by the operator are recorded here and never chosen again.'),
  endpoints: z
    .object({ cql: z.string().max(300), localDatacenter: z.string().max(16) })
    .optional()
    .describe('Where clients connect.'),
})

export type ClusterSpec = z.infer<typeof clusterSpec>
export type ClusterStatus = z.infer<typeof clusterStatus>
export type Rack = z.infer<typeof rack>
export type Resources = z.infer<typeof resources>
