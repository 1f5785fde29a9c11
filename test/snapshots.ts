// Snapshots of rings for the tests of the pure core: n nodes over r racks, each at a stage of its life, with views that
// agree about it. Without a change it is a settled ring, for which there is nothing to do.
import type { AgentView, CassandraView, JobStatus } from '../api/agent.ts'
import type { ClusterSpec, ClusterStatus } from '../api/kinds/cassandra-cluster.ts'
import { names } from '../api/names.ts'
import type { CassandraCluster } from '../api/objects.ts'
import { rackSizes } from '../cassandra/model/placement.ts'
import { firstRingTokens, type NodeTokens } from '../cassandra/model/tokens.ts'
import { known, unknown } from '../lib/result.ts'
import type { ClaimView, NodeView, PodView, Snapshot } from '../operator/decide/types.ts'

export type Stage =
  | 'recorded' // nothing but its record
  | 'pending' // claim and pod; the pod has no address yet
  | 'waiting' // its agent waits for a grant, the volume is empty
  | 'starting' // let start, Cassandra does not answer yet
  | 'joining'
  | 'up'
  | 'down' // a member whose Cassandra does not run, by all views
  | 'silent' // a member whose agent does not answer, up in the views of the others
  | 'gone' // a member without a pod

/** `undefined` takes away what a whole ring has. */
type StatusChange = { readonly [Key in keyof ClusterStatus]?: ClusterStatus[Key] | undefined }

export type Options = {
  readonly stages: readonly Stage[]
  readonly racks?: number | undefined
  readonly spec?: Partial<ClusterSpec> | undefined
  readonly status?: StatusChange | undefined
  readonly snapshot?: Partial<Snapshot> | undefined
  /** Last hand at a node. */
  readonly node?: ((node: NodeView, index: number) => NodeView) | undefined
  /** Last hand at what Cassandra says on a node. */
  readonly view?: ((view: CassandraView, index: number) => CassandraView) | undefined
}

export const NOW = Date.UTC(2026, 0, 1)
const MEMBERS: readonly Stage[] = ['up', 'down', 'silent', 'gone']
const LIVE: readonly Stage[] = ['up', 'silent', 'joining']

export function snapshot({ stages, racks = 3, spec = {}, status = {}, ...more }: Options): Snapshot {
  const rackNames = Array.from({ length: racks }, (_, index) => `rack${index + 1}`)
  const tokens = stages.length === 0 ? [] : firstRingTokens(rackSizes(rackNames, stages.length), 16)
  const plan = [...tokens].sort((a, b) => a.ordinal - b.ordinal || a.rack.localeCompare(b.rack))
  const cluster: CassandraCluster = {
    apiVersion: 'ringkeeper.io/v1alpha1',
    kind: 'CassandraCluster',
    metadata: { name: 'demo', namespace: 'shop', uid: 'c0ffee00-1111', resourceVersion: '7', generation: 1 },
    spec: {
      version: '5.0.9',
      nodes: stages.length,
      numTokens: 16,
      storage: { size: '10Gi' },
      antiAffinity: 'Preferred',
      paused: false,
      deletionProtection: false,
      ...spec,
    },
  }
  const members = stages.filter((stage) => MEMBERS.includes(stage)).length
  const whole: ClusterStatus = {
    initializedAt: '2025-12-01T00:00:00.000Z',
    bootstrap: { firstNode: { node: 'demo-dc1-rack1-0', nodeUID: uid(0), pvcUID: 'claim-0' }, rolesReady: true },
    superuserRevision: 'r1',
    systemKeyspaces: [
      { name: 'system_auth', replication: `dc1:${Math.min(3, members)}`, repaired: true },
      { name: 'system_distributed', replication: `dc1:${Math.min(3, members)}`, repaired: true },
      { name: 'system_traces', replication: `dc1:${Math.min(2, members)}`, repaired: true },
    ],
    datacenters: [{ name: 'dc1', nodes: 0, readyNodes: 0, racks: rackNames.map((name) => ({ name, nodes: 0, readyNodes: 0 })) }],
  }
  const full = { ...whole, ...status } as ClusterStatus
  const nodes = plan.map((tokens, index) => makeNode(tokens, index, stages, plan, more.view))
  return {
    now: NOW,
    epoch: 4,
    cluster: { ...cluster, status: full },
    status: full,
    nodes: more.node === undefined ? nodes : nodes.map(more.node),
    zones: known([], NOW),
    specProblem: undefined,
    podProblem: undefined,
    storageProblem: undefined,
    superuser: { revision: 'r1' },
    strayClaims: [],
    unknownPods: [],
    predecessors: [],
    childProblems: [],
    ...more.snapshot,
  }
}

/** Status of a ring that is being formed. */
export function forming(status: StatusChange = {}): StatusChange {
  return { initializedAt: undefined, bootstrap: undefined, superuserRevision: undefined, systemKeyspaces: undefined, ...status }
}

export function times(count: number, stage: Stage): readonly Stage[] {
  return Array.from({ length: count }, () => stage)
}
export function uid(index: number): string {
  return `0000000${index}-node-uid`
}
export function hostID(index: number): string {
  return `host-${index}`
}
export function addressOf(index: number): string {
  return `10.0.0.${index + 1}:7000`
}

/** The same node with another pod, claim or agent view. */
export function withPod(node: NodeView, change: Partial<PodView>): NodeView {
  return node.pod === undefined ? node : { ...node, pod: { ...node.pod, ...change } }
}
export function withAgent(node: NodeView, change: Partial<AgentView>): NodeView {
  return node.own.known ? { ...node, own: known({ ...node.own.value, ...change }, NOW) } : node
}
export function withJob(node: NodeView, job: Partial<JobStatus> & { readonly id: string }): NodeView {
  const full: JobStatus = { kind: 'repair', state: 'Done', startedAt: NOW - 60_000, finishedAt: NOW - 50_000, message: 'done', ...job }
  return node.own.known ? withAgent(node, { jobs: [...node.own.value.jobs, full] }) : node
}

function makeNode(
  { rack, ordinal, tokens }: NodeTokens,
  index: number,
  stages: readonly Stage[],
  plan: readonly NodeTokens[],
  change: Options['view'],
): NodeView {
  const stage = stages[index] ?? 'recorded'
  const isMember = MEMBERS.includes(stage)
  const name = names.node('demo', 'dc1', rack, ordinal)
  const hasPod = stage !== 'recorded' && stage !== 'gone'
  const pod: PodView = {
    name,
    uid: `pod-${index}`,
    resourceVersion: `${100 + index}`,
    deleting: false,
    phase: stage === 'pending' ? 'Pending' : 'Running',
    ready: stage === 'up',
    isSeed: seedsOf(plan).includes(index),
    revision: 'new',
    createdAt: NOW - 3_600_000,
    ...(stage === 'pending' ? {} : { ip: `10.0.0.${index + 1}`, kubeNode: `machine-${index}` }),
  }
  const claim: ClaimView = { name: `data-${name}`, uid: `claim-${index}`, resourceVersion: '3', bound: true, deleting: false, size: '10Gi' }
  return {
    record: {
      apiVersion: 'ringkeeper.io/v1alpha1',
      kind: 'CassandraNode',
      metadata: { name, namespace: 'shop', uid: `record-${index}`, resourceVersion: `${200 + index}`, generation: 1 },
      spec: { clusterRef: { name: 'demo' }, datacenter: 'dc1', rack, ordinal, nodeUID: uid(index), initialTokens: [...tokens] },
      ...(isMember ? { status: { hostID: hostID(index) } } : {}),
    },
    pod: hasPod ? pod : undefined,
    claim: stage === 'recorded' ? undefined : stage === 'pending' ? { ...claim, bound: false } : claim,
    own: ownOf(index, stage, stages, plan, change),
    wantedRevision: 'new',
  }
}

/** As keepSeeds leaves them: up to three, of distinct racks first. */
function seedsOf(plan: readonly NodeTokens[]): readonly number[] {
  const firsts = plan.flatMap(({ ordinal }, index) => (ordinal === 0 ? [index] : []))
  const others = plan.flatMap(({ ordinal }, index) => (ordinal === 0 ? [] : [index]))
  return [...firsts, ...others].slice(0, 3)
}

function ownOf(
  index: number,
  stage: Stage,
  stages: readonly Stage[],
  plan: readonly NodeTokens[],
  change: Options['view'],
): NodeView['own'] {
  if (stage === 'recorded' || stage === 'gone') return unknown('NoPod', 'it has no pod')
  if (stage === 'pending') return unknown('NoAddress', 'its pod has no address yet')
  if (stage === 'silent') return unknown('NoAnswer', 'no answer within 8 s')
  const speaks = stage === 'up' || stage === 'joining'
  const cassandra = speaks ? viewOf(index, stage, stages, plan) : undefined
  const state = stage === 'waiting' ? 'Empty' : stage === 'starting' || stage === 'joining' ? 'Joining' : 'Joined'
  const view: AgentView = {
    at: NOW,
    clusterUID: 'c0ffee00-1111',
    nodeUID: uid(index),
    podUID: `pod-${index}`,
    epoch: 4,
    marker: {
      clusterUID: 'c0ffee00-1111',
      nodeUID: uid(index),
      datacenter: 'dc1',
      rack: plan[index]?.rack ?? '',
      version: '5.0.9',
      state,
      ...(state === 'Joined' ? { hostID: hostID(index) } : {}),
      ...(state === 'Joining' ? { grant: { id: `Join-pod-${index}`, kind: 'Join', podUID: `pod-${index}`, nodeUID: uid(index) } } : {}),
    },
    start:
      stage === 'waiting'
        ? { phase: 'WaitingForGrant', message: 'waiting for the operator to let this node join', since: NOW, attempts: 0 }
        : { phase: 'Started', message: 'serving', since: NOW, attempts: speaks ? 0 : 1 },
    cassandra: cassandra === undefined ? undefined : (change?.(cassandra, index) ?? cassandra),
    jobs: [],
  }
  return known(view, NOW)
}

function viewOf(index: number, stage: Stage, stages: readonly Stage[], plan: readonly NodeTokens[]): CassandraView {
  const where = (wanted: readonly Stage[]): number[] => stages.flatMap((other, at) => (wanted.includes(other) ? [at] : []))
  const listed = where([...MEMBERS, 'joining'])
  const live = where(LIVE).map(addressOf)
  return {
    hostID: hostID(index),
    clusterName: 'demo-c0ffee00',
    releaseVersion: '5.0.9',
    operationMode: stage === 'joining' ? 'JOINING' : 'NORMAL',
    initialized: true,
    joined: stage === 'up',
    gossipRunning: true,
    nativeTransportRunning: stage === 'up',
    startedAt: NOW - 3_600_000,
    datacenter: 'dc1',
    rack: plan[index]?.rack ?? '',
    loadBytes: 10_000_000,
    tokens: plan[index]?.tokens ?? [],
    address: addressOf(index),
    hostIDs: Object.fromEntries(listed.map((at) => [addressOf(at), hostID(at)])),
    tokenOwners: Object.fromEntries(where(MEMBERS).flatMap((at) => (plan[at]?.tokens ?? []).map((token) => [token, addressOf(at)]))),
    live,
    unreachable: where(['down', 'gone']).map(addressOf),
    joining: where(['joining']).map(addressOf),
    leaving: [],
    moving: [],
    schemaVersions: { 'schema-1': live },
    releaseVersions: { '5.0.9': live },
    seeds: [],
    keyspaces: systemKeyspaces(where(MEMBERS).length),
    pendingRanges: {},
    streams: 0,
    repairs: 0,
  }
}

function systemKeyspaces(members: number): CassandraView['keyspaces'] {
  const three = { dc1: String(Math.min(3, members)) }
  return { system_auth: three, system_distributed: three, system_traces: { dc1: String(Math.min(2, members)) } }
}
