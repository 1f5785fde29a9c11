// The pod of one Cassandra node: our init container and agent around an unmodified Cassandra image. It satisfies Pod
// Security `restricted`.
import { AGENT_PORT, PROBE_PORT } from '../../api/agent.ts'
import type { Rack } from '../../api/kinds/cassandra-cluster.ts'
import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import { AGENT_TLS_DIR, APP_DIR, CASSANDRA_UID, DATA_DIR, LAUNCHER, RUN_DIR, STOPPER } from '../../api/paths.ts'
import { nodeLabels, ownedByNode } from './metadata.ts'
import { nodeSettings } from './node-settings.ts'

export type PodInput = {
  readonly cluster: CassandraCluster
  readonly node: CassandraNode
  readonly rack: Pick<Rack, 'zone' | 'nodeSelector'>
  readonly heapMiB: number
  /** Image of the operator itself, which holds launcher and agent. */
  readonly ownImage: string
  readonly hostID: string | undefined
}

const locked = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
}
/** Enough for the default heap of 1Gi; a user who knows better says so in spec.resources. */
const DEFAULT_RESOURCES = { requests: { cpu: '500m', memory: '2Gi' } }
const AGENT_RESOURCES = { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '256Mi' } }
/** Drain and flush of a busy node; the kubelet kills after it (H25). */
const GRACE_SECONDS = 300
/** What is left of it when the drain takes too long: for Cassandra's own end. */
const LAST_SECONDS = 60

/** Everything but name, seed label and revision: what the revision is made of. */
export function podTemplate(input: PodInput): { readonly labels: Readonly<Record<string, string>>; readonly spec: object } {
  const { cluster, node, ownImage } = input
  const { spec } = cluster
  const name = cluster.metadata.name
  const settings = nodeSettings(cluster, node, input.heapMiB, input.hostID)
  const run = { name: 'run', mountPath: RUN_DIR }
  const data = { name: 'data', mountPath: DATA_DIR }
  const tmp = { name: 'tmp', mountPath: '/tmp' }
  return {
    labels: nodeLabels(cluster, node),
    spec: {
      hostname: node.metadata.name,
      subdomain: names.nodesService(name, node.spec.datacenter),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: CASSANDRA_UID,
        runAsGroup: CASSANDRA_UID,
        fsGroup: CASSANDRA_UID,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      ...(spec.imagePullSecrets === undefined ? {} : { imagePullSecrets: spec.imagePullSecrets }),
      ...placement(input),
      initContainers: [
        {
          name: 'install',
          image: ownImage,
          imagePullPolicy: 'IfNotPresent',
          command: ['node', `${APP_DIR}/install.mjs`],
          securityContext: locked,
          resources: { requests: { cpu: '20m', memory: '64Mi' } },
          volumeMounts: [run],
        },
        {
          name: 'agent',
          image: ownImage,
          imagePullPolicy: 'IfNotPresent',
          restartPolicy: 'Always',
          command: ['node', '--lite-mode', '--max-semi-space-size=1', '--max-old-space-size=64', `${APP_DIR}/agent.mjs`],
          env: [
            { name: 'RINGKEEPER_NODE', value: JSON.stringify(settings) },
            { name: 'POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
            { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
          ],
          ports: [
            { name: 'agent', containerPort: AGENT_PORT },
            { name: 'probes', containerPort: PROBE_PORT },
          ],
          securityContext: locked,
          resources: spec.agent?.resources ?? AGENT_RESOURCES,
          volumeMounts: [run, data, tmp, { name: 'tls', mountPath: AGENT_TLS_DIR, readOnly: true }],
        },
      ],
      containers: [
        {
          name: 'cassandra',
          image: spec.image ?? `cassandra:${spec.version}`,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', LAUNCHER],
          lifecycle: { preStop: { exec: { command: ['sh', STOPPER, String(GRACE_SECONDS - LAST_SECONDS)] } } },
          ports: [
            { name: 'cql', containerPort: 9042 },
            { name: 'internode', containerPort: 7000 },
          ],
          // The own state alone; what others think of the node never takes it out of service here (H38).
          readinessProbe: { httpGet: { path: '/ready', port: PROBE_PORT }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 3 },
          securityContext: locked,
          resources: spec.resources ?? DEFAULT_RESOURCES,
          volumeMounts: [run, data, tmp],
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: names.dataClaim(node.metadata.name, node.spec.nodeUID) } },
        { name: 'run', emptyDir: { sizeLimit: '64Mi' } },
        { name: 'tmp', emptyDir: { sizeLimit: '512Mi' } },
        { name: 'tls', secret: { secretName: names.nodeSecret(node.metadata.name), defaultMode: 0o440 } },
      ],
    },
  }
}

export function pod(input: PodInput, revision: string, isSeed: boolean): object {
  const { cluster, node } = input
  const { labels, spec } = podTemplate(input)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: node.metadata.name,
      namespace: cluster.metadata.namespace,
      labels: { ...labels, ...(isSeed ? { [LABEL.seed]: 'true' } : {}) },
      annotations: { 'ringkeeper.io/revision': revision },
      ownerReferences: ownedByNode(node),
    },
    spec,
  }
}

function placement({ cluster, rack }: PodInput): object {
  const term = {
    topologyKey: 'kubernetes.io/hostname',
    labelSelector: { matchLabels: { [LABEL.cluster]: cluster.metadata.name, [LABEL.clusterUID]: cluster.metadata.uid } },
  }
  const rule = {
    Required: { requiredDuringSchedulingIgnoredDuringExecution: [term] },
    Preferred: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: term }] },
    None: undefined,
  }[cluster.spec.antiAffinity]
  const selector = { ...rack.nodeSelector, ...(rack.zone === undefined ? {} : { 'topology.kubernetes.io/zone': rack.zone }) }
  return {
    ...(Object.keys(selector).length === 0 ? {} : { nodeSelector: selector }),
    ...(rule === undefined ? {} : { affinity: { podAntiAffinity: rule } }),
  }
}
