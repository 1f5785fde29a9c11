// One Cassandra process: how it starts, joins and ends, with what it refuses by itself.
//   boot → (a peer must answer, or it is its own seed) → member: normal at once
//                                                      → no bootstrap: normal with the tokens given, nothing streamed
//                                                      → bootstrap: JOINING, streams, normal; JOINING_FAILED when a source dies
import type { StartPlan } from '../../agent/start/decide-start.ts'
import type { NodeSettings } from '../../api/agent.ts'
import type { Clock } from './clock.ts'
import { adopt, type Gossiper, hear, isLive } from './gossip.ts'
import type { Random } from './random.ts'
import { bornSchema, type CassandraData, type Endpoint, mergeSchemas, type Volume } from './volume.ts'

type Mode = 'STARTING' | 'JOINING' | 'JOINING_FAILED' | 'NORMAL' | 'DRAINED'

/** How a process with no data of its own became a member, or began to. */
export type FirstStart = {
  readonly nodeUID: string
  readonly volume: string
  readonly podUID: string
  readonly how: 'NoStream' | 'Bootstrap'
  readonly isOwnSeed: boolean
  readonly tokens: readonly string[]
}

export type Jvm = Gossiper & {
  readonly settings: NodeSettings
  readonly podUID: string
  readonly volume: Volume
  readonly startedAt: number
  mode: Mode
  isAlive: boolean
  answersJmx: boolean
  isServing: boolean
  streams: number
  repairs: number
}

export type JvmInput = {
  readonly clock: Clock
  readonly random: Random
  readonly ring: Map<string, Jvm>
  readonly settings: NodeSettings
  readonly podUID: string
  readonly address: string
  readonly volume: Volume
  readonly plan: StartPlan
  readonly onFirstStart: (start: FirstStart) => void
  readonly onExit: (error: string | undefined) => void
}

const RING_DELAY_MS = 2_000
const PEER_WAIT_MS = 10_000
const PORT = ':7000'

export function startJvm(input: JvmInput): Jvm {
  const { clock, random, ring, volume, plan, settings } = input
  const data = volume.data ?? firstData(random)
  volume.data = data
  const jvm: Jvm = {
    settings,
    podUID: input.podUID,
    volume,
    address: `${input.address}${PORT}`,
    hostID: data.hostID,
    generation: clock.now(),
    startedAt: clock.now(),
    seeds: plan.seeds.map((seed) => `${seed}${PORT}`),
    mode: 'STARTING',
    isAlive: true,
    answersJmx: false,
    gossips: false,
    isServing: false,
    heartbeat: 0,
    schema: data.schema,
    streams: 0,
    repairs: 0,
    view: new Map(),
    forgotten: new Map(),
  }
  const later = (ms: number, work: () => void): void => {
    clock.after(ms, () => {
      if (jvm.isAlive) work()
    })
  }
  const fail = (error: string): void => {
    stopJvm(jvm, ring, clock.now())
    input.onExit(error)
  }

  const findPeer = (): void => {
    const isOwnSeed = jvm.seeds.includes(jvm.address)
    const known = data.isBootstrapped ? data.peers.map(({ address }) => address) : []
    const peer = [...jvm.seeds, ...known].map((address) => ring.get(address)).find((other) => other !== jvm && other?.gossips === true)
    const waited = clock.now() - jvm.startedAt
    if (peer !== undefined || (isOwnSeed && waited > RING_DELAY_MS)) {
      meet(peer)
      join(isOwnSeed)
    } else if (waited > PEER_WAIT_MS) fail('Unable to gossip with any peers')
    else later(500, findPeer)
  }

  const meet = (peer: Jvm | undefined): void => {
    const now = clock.now()
    adopt(jvm, data.isBootstrapped ? data.peers : [], () => false, now)
    if (peer === undefined) return
    const states = [...peer.view.values()].filter(({ state }) => state.hostID !== jvm.hostID)
    const live = new Set(states.filter((heard) => isLive(peer, heard, now)).map(({ state }) => state.address))
    for (const { state } of states) adopt(jvm, [state], () => live.has(state.address), now)
    jvm.schema = mergeSchemas(jvm.schema, peer.schema)
  }

  const join = (isOwnSeed: boolean): void => {
    const streams = !data.isBootstrapped && !isOwnSeed && plan.autoBootstrap
    const refusal = whyNotJoin(jvm, streams, clock.now())
    if (refusal !== undefined) {
      fail(refusal)
      return
    }
    if (!data.isBootstrapped) {
      data.tokens = plan.initialTokens ?? randomTokens(random, settings.numTokens)
      const { nodeUID } = settings
      const how = streams ? 'Bootstrap' : 'NoStream'
      input.onFirstStart({ nodeUID, volume: volume.uid, podUID: input.podUID, how, isOwnSeed, tokens: data.tokens })
    }
    if (!streams) {
      becomeNormal()
      return
    }
    jvm.mode = 'JOINING'
    announce(jvm, 'BOOT', clock.now())
    later(RING_DELAY_MS, () => stream(jvm, input))
  }

  const becomeNormal = (): void => {
    data.isBootstrapped = true
    jvm.mode = 'NORMAL'
    announce(jvm, 'NORMAL', clock.now())
    later(random.between(200, 1_000), () => serve(jvm))
  }

  ring.set(jvm.address, jvm)
  later(random.between(800, 2_500), () => {
    if ('no_such_setting' in settings.config) fail('Invalid yaml: Please remove properties [no_such_setting]')
    else {
      jvm.answersJmx = true
      findPeer()
    }
  })
  return jvm
}

function serve(jvm: Jvm): void {
  jvm.isServing = true
  jvm.volume.endedAt = undefined
}

/** Takes over its ranges from the members; also by resumeBootstrap after a failure. */
export function stream(jvm: Jvm, { clock, random, ring }: Pick<JvmInput, 'clock' | 'random' | 'ring'>): void {
  const sources = [...ring.values()].filter((other) => other !== jvm && other.mode === 'NORMAL')
  if (jvm.mode !== 'JOINING_FAILED') jvm.mode = 'JOINING' // it goes on saying so while it resumes
  jvm.streams = 1
  clock.after(random.between(1_000, 6_000), () => {
    if (!jvm.isAlive) return
    jvm.streams = 0
    if (sources.some((source) => !source.isAlive)) {
      jvm.mode = 'JOINING_FAILED'
      return
    }
    if (jvm.volume.data !== undefined) jvm.volume.data.isBootstrapped = true
    jvm.mode = 'NORMAL'
    announce(jvm, 'NORMAL', clock.now())
    clock.after(random.between(200, 1_000), () => {
      if (jvm.isAlive) serve(jvm)
    })
  })
}

/** What Cassandra refuses by itself, in its words. */
function whyNotJoin(jvm: Jvm, streams: boolean, now: number): string | undefined {
  const others = [...jvm.view.values()].filter(({ state }) => state.hostID !== jvm.hostID)
  if (others.some(({ state }) => state.address === jvm.address && state.status === 'NORMAL'))
    return `A node with address ${jvm.address} already exists, cancelling join`
  if (!streams) return undefined
  if (others.some(({ state }) => state.status === 'BOOT'))
    return 'Other bootstrapping/leaving/moving nodes detected, cannot bootstrap while consistent.rangemovement is true'
  return others.some((heard) => !isLive(jvm, heard, now)) ? 'A node required to move the data consistently is down' : undefined
}

/** At once, as by kill -9. What it knew is on its disk. */
export function stopJvm(jvm: Jvm, ring: Map<string, Jvm>, now: number): void {
  jvm.volume.endedAt = now
  jvm.isAlive = false
  jvm.gossips = false
  jvm.answersJmx = false
  jvm.isServing = false
  if (ring.get(jvm.address) === jvm) ring.delete(jvm.address)
  const { data } = jvm.volume
  if (data === undefined || jvm.view.size === 0) return
  data.peers = [...jvm.view.values()]
    .map(({ state }) => state)
    .filter(({ status, address }) => status === 'NORMAL' && address !== jvm.address)
  data.schema = jvm.schema
}

/** Drains and tells the others, as after SIGTERM. */
export function drain(jvm: Jvm, ring: Map<string, Jvm>, now: number): void {
  jvm.isServing = false
  if (jvm.mode !== 'NORMAL') return
  jvm.mode = 'DRAINED'
  const own = jvm.view.get(jvm.address)
  jvm.gossips = false
  if (own === undefined) return
  const last: Endpoint = { ...own.state, heartbeat: jvm.heartbeat + 100, isShutdown: true }
  for (const heard of jvm.view.values()) {
    const peer = ring.get(heard.state.address)
    if (peer !== undefined && peer !== jvm && peer.gossips) hear(peer, last, now)
  }
}

function announce(jvm: Jvm, status: Endpoint['status'], now: number): void {
  jvm.gossips = true
  jvm.heartbeat++
  const { address, hostID, generation, heartbeat } = jvm
  const tokens = jvm.volume.data?.tokens ?? []
  jvm.view.set(address, { state: { address, hostID, generation, heartbeat, tokens, status, isShutdown: false }, heardAt: now })
}

function firstData(random: Random): CassandraData {
  return { hostID: random.uid(), tokens: [], isBootstrapped: false, peers: [], schema: bornSchema }
}

function randomTokens(random: Random, count: number): readonly string[] {
  return Array.from({ length: count }, () =>
    String(BigInt(Math.floor((random.next() - 0.5) * 2 ** 53)) * 1024n + BigInt(random.between(0, 1023))),
  )
}
