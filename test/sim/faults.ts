// What can go wrong, one entry each. A fault strikes at a time or at a moment that a seed chooses.
import type { ClusterSpec } from '../../api/kinds/cassandra-cluster.ts'
import { changeSchema } from './agent-jobs.ts'
import type { Jvm } from './cassandra.ts'
import { restartContainer, startAgent } from './kubelet.ts'
import type { Fate } from './link.ts'
import { mistakes } from './manifest.ts'
import type { OperatorProcess } from './operator-process.ts'
import { clusterOf, type Sim } from './sim.ts'

export type Stage = {
  readonly sim: Sim
  readonly operator: () => OperatorProcess
  /** The next call but `calls` of the leader meets this. */
  readonly arm: (fate: Fate, calls: number, writesOnly: boolean) => void
  readonly outage: (ms: number) => void
  /** A second leader, while the first one does not know yet. */
  readonly usurp: (pauseMs: number, deathMs: number) => void
  /** What the user wants, kept as the last good manifest. */
  readonly want: (change: (spec: ClusterSpec) => ClusterSpec) => void
  /** What the user applies by mistake, until he applies the last good manifest again. */
  readonly mistake: (change: (spec: ClusterSpec) => ClusterSpec, ms: number) => void
}

export type Fault = (stage: Stage) => string

export const faults: readonly Fault[] = [
  ({ sim: { random }, arm }) => {
    const fate = random.pick(['crash-before', 'crash-after'] as const)
    const calls = random.between(0, 40)
    arm(fate, calls, false)
    return `the operator ends ${fate === 'crash-before' ? 'before' : 'after'} the effect of a call (${calls})`
  },
  ({ sim: { random }, arm }) => {
    const fate = random.pick(['crash-before', 'crash-after'] as const)
    const calls = random.between(0, 8)
    arm(fate, calls, true)
    return `the operator ends ${fate === 'crash-before' ? 'before' : 'after'} the effect of a write (${calls})`
  },
  ({ sim: { random }, arm }) => {
    const calls = random.between(0, 6)
    for (let count = random.between(1, 3); count > 0; count--) arm('lost', calls * count, true)
    return `the answer of a write is lost (${calls})`
  },
  ({ sim: { random }, arm }) => {
    for (let count = random.between(1, 4); count > 0; count--) arm('error', random.between(0, 30), false)
    return 'some requests fail'
  },
  ({ sim: { random, clock }, operator }) => {
    const ms = random.between(2_000, 16_000)
    const all = [
      '/api/v1/pods',
      '/api/v1/persistentvolumeclaims',
      '/apis/ringkeeper.io/v1alpha1/cassandranodes',
      '/apis/ringkeeper.io/v1alpha1/cassandraclusters',
    ]
    const stale = random.chance(0.3) ? all : [random.pick(all)]
    for (const path of stale) operator().feed.frozenUntil.set(path, clock.now() + ms)
    return `stores stand still for ${ms} ms: ${stale.join(', ')}`
  },
  ({ sim: { random, clock, pods } }) => {
    const pod = pickOf(random, [...pods.values()])
    if (pod === undefined) return 'no agent to silence'
    const ms = random.between(3_000, 25_000)
    pod.silentUntil = clock.now() + ms
    return `the agent of ${pod.name} is silent for ${ms} ms`
  },
  ({ sim }) => {
    const pod = pickOf(
      sim.random,
      [...sim.pods.values()].filter(({ agent }) => agent !== undefined),
    )
    if (pod?.agent === undefined || pod.volume === undefined || pod.ip === undefined) return 'no agent to restart'
    startAgent(sim, pod, pod.agent.settings, pod.ip, pod.volume)
    return `the agent of ${pod.name} is restarted`
  },
  ({ sim }) => kill(sim, (jvm) => jvm.volume.marker?.state !== 'Joined'),
  ({ sim }) => kill(sim, () => true),
  ({ sim }) => {
    const pod = pickOf(
      sim.random,
      [...sim.pods.values()].filter(({ isStopping }) => !isStopping),
    )
    if (pod === undefined) return 'no pod to delete'
    sim.api.remove(pod.path)
    return `${pod.name} is deleted`
  },
  ({ sim }) => {
    const pods = [...sim.pods.values()].filter(({ isStopping }) => !isStopping)
    for (const pod of pods) sim.api.remove(pod.path)
    return `all ${pods.length} pods are deleted`
  },
  ({ sim: { random }, want }) => {
    const nodes = random.between(1, 4)
    want((spec) => ({ ...spec, nodes }))
    return `spec.nodes becomes ${nodes}`
  },
  ({ sim: { random }, mistake }) => {
    const [name, change] = random.pick(Object.entries(mistakes))
    const ms = random.between(3_000, 25_000)
    mistake(change, ms)
    return `for ${ms} ms the manifest asks for ${name}`
  },
  ({ sim: { random }, want }) => {
    const value = random.between(8, 64)
    want((spec) => ({ ...spec, config: { concurrent_reads: value } }))
    return 'a setting changes'
  },
  ({ sim: { random }, usurp }) => {
    const pauseMs = random.chance(0.5) ? 0 : random.between(1_000, 10_000)
    usurp(pauseMs, pauseMs + random.between(2_000, 20_000))
    return `two operators; the old one pauses ${pauseMs} ms`
  },
  ({ sim, operator, usurp, want }) => {
    const { random, clock, api, pods } = sim
    const pod = pickOf(
      random,
      [...pods.values()].filter(({ isStopping }) => !isStopping),
    )
    operator().feed.frozenUntil.set('/api/v1/pods', clock.now() + 30_000)
    usurp(0, random.between(10_000, 25_000))
    want((spec) => ({ ...spec, config: { concurrent_writes: random.between(8, 64) } }))
    if (pod !== undefined) api.remove(pod.path)
    return `two operators; while the old one sees no pod change, ${pod?.name} is deleted and a setting changes`
  },
  ({ sim: { random, dns } }) => {
    const ms = random.between(4_000, 25_000)
    dns.freeze(ms)
    return `names are resolved as they were for ${ms} ms`
  },
  ({ sim: { random }, outage }) => {
    const ms = random.between(2_000, 25_000)
    outage(ms)
    return `the operator reaches nobody for ${ms} ms`
  },
  ({ sim }) => {
    const jvm = pickOf(
      sim.random,
      [...sim.ring.values()].filter(({ isServing }) => isServing),
    )
    if (jvm === undefined) return 'no node takes a keyspace'
    changeSchema(sim, jvm, 'app', { class: 'org.apache.cassandra.locator.NetworkTopologyStrategy', dc1: '3' })
    return 'a user makes a keyspace'
  },
]

function kill(sim: Sim, isWanted: (jvm: Jvm) => boolean): string {
  const running = [...sim.pods.values()].filter(({ jvm, isStopping }) => jvm?.isAlive === true && !isStopping)
  const pod =
    pickOf(
      sim.random,
      running.filter(({ jvm }) => jvm !== undefined && isWanted(jvm)),
    ) ?? pickOf(sim.random, running)
  if (pod === undefined) return 'no process to kill'
  const mode = pod.jvm?.mode
  restartContainer(sim, pod, undefined)
  return `Cassandra of ${pod.name} is killed in ${mode}`
}

function pickOf<T>(random: Sim['random'], items: readonly T[]): T | undefined {
  return items.length === 0 ? undefined : random.pick(items)
}

/** Moments at which a fault may strike; a run polls them. */
export const moments: Readonly<Record<string, (sim: Sim) => boolean>> = {
  'when the records are made': ({ api }) => api.list('/apis/ringkeeper.io/v1alpha1/cassandranodes').length > 0,
  'when the first node is chosen': ({ api }) => clusterOf(api).status?.bootstrap?.firstNode !== undefined,
  'when the first node starts': ({ ring }) => ring.size > 0,
  'when the first node serves': ({ ring }) => [...ring.values()].some(({ isServing }) => isServing),
  'when the others start': ({ ring }) => ring.size > 1,
  'when the ring is whole': ({ api }) => clusterOf(api).status?.initializedAt !== undefined,
  'when a node is added': ({ api }) => clusterOf(api).status?.operation?.type === 'AddNode',
  'when a node waits to join': ({ api, volumes }) =>
    clusterOf(api).status?.initializedAt !== undefined && [...volumes.values()].some(({ marker }) => marker?.state === 'Empty'),
  'when a node joins': ({ ring }) => [...ring.values()].some(({ mode }) => mode === 'JOINING'),
  'when a node has just joined': ({ ring }) =>
    [...ring.values()].some(({ mode, volume }) => mode === 'NORMAL' && volume.marker?.state === 'Joining'),
  'when a cleanup is due': ({ api }) => clusterOf(api).status?.cleanup !== undefined,
  'when a roll is under way': ({ api }) => clusterOf(api).status?.operation?.type === 'Rollout',
}
