import { z } from 'zod'
import { condition } from './condition.ts'

export const nodeSpec = z.object({
  clusterRef: z
    .object({ name: z.string().max(24).describe('Name of a CassandraCluster in the same namespace.') })
    .describe('The cluster of the node.'),
  datacenter: z.string().max(16).describe('Datacenter of the node.'),
  rack: z.string().max(16).describe('Rack of the node.'),
  ordinal: z.int().min(0).max(9999).describe('Number of the node in its rack.'),
  nodeUID: z.string().max(36).describe('Identity of the node for life; also on its volume.'),
  initialTokens: z
    .array(z.string().max(21))
    .max(256)
    .optional()
    .describe('Tokens of a node of a new, empty ring (text, because they have 64 bits).'),
})

export const nodeStatus = z.object({
  observedGeneration: z.int().optional().describe('Generation that the status was derived from.'),
  conditions: z
    .array(condition)
    .max(16)
    .optional()
    .describe('Ready, Joined, Reconciling, Stalled.')
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  state: z.string().max(2).optional().describe('As nodetool status prints it: U or D, and N, L, J, M.'),
  hostID: z.string().max(36).optional().describe('Host id in the ring.'),
  ip: z.string().max(45).optional().describe('Address in the ring.'),
  load: z.string().max(16).optional().describe('Data on disk, for people.'),
  loadBytes: z.string().max(21).optional().describe('Data on disk in bytes; changes below 5 % are not written.'),
  tokens: z.int().optional().describe('Number of tokens.'),
  owns: z.string().max(8).optional().describe('Share of the ring for which the node is the first replica.'),
  version: z.string().max(16).optional().describe('Running version of Cassandra.'),
  podUID: z.string().max(36).optional().describe('Pod that runs the node.'),
  kubernetesNode: z.string().max(253).optional().describe('Kubernetes node that the pod runs on.'),
  zone: z.string().max(63).optional().describe('Zone of that Kubernetes node.'),
  volumes: z
    .array(
      z.object({
        name: z.enum(['data', 'commitlog']),
        claim: z.string().max(253),
        uid: z.string().max(36),
        size: z.string().max(32).optional(),
      }),
    )
    .max(2)
    .optional()
    .describe('Claims of the node.'),
  revision: z.string().max(64).optional().describe('Hash of the pod template that runs.'),
  lastNormalAt: z.string().max(40).optional().describe('When the node was last seen up and normal; written when it goes down.'),
})

export type NodeSpec = z.infer<typeof nodeSpec>
export type NodeStatus = z.infer<typeof nodeStatus>
