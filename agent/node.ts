// One Cassandra node as its agent sees it: marker, start, stop, seeds. `tick` looks and does the next thing; it may be
// called at any time, and one runs at a time.
import { join } from 'node:path'
import type { CassandraView, Grant, Marker, Receipt, StartView } from '../api/agent.ts'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'
import { javaArguments } from '../cassandra/model/java-arguments.ts'
import { type Fact, known } from '../lib/result.ts'
import { createJoinWatch } from './join-watch.ts'
import { type Pulse, readPulse } from './pulse.ts'
import type { AgentSettings } from './settings.ts'
import { writeConfigFiles, writeYaml } from './start/config-files.ts'
import { decideStart, type StartFacts, type StartPlan } from './start/decide-start.ts'
import { findMarker } from './start/find-marker.ts'
import { hasCassandraData } from './start/marker-file.ts'
import { createMarkerStore, type MarkerStore } from './start/marker-store.ts'
import { receiveGrant } from './start/receive-grant.ts'
import { answer, forgetEarlier, imageVersion, isAnswered, readRequest, type StartRequest } from './start/request.ts'
import { type StartFailure, sizeOf, startFailure } from './start/start-failure.ts'
import { isStopAsked, stop } from './stop.ts'
import { readView } from './views.ts'

export type NodeInput = {
  readonly settings: AgentSettings
  readonly jolokia: JolokiaClient
  readonly folders: { readonly run: string; readonly data: string; readonly marker: string }
  /** Addresses of a name, sorted; empty when it has none. */
  readonly resolve: (name: string) => Promise<readonly string[]>
  /** Milliseconds, never going back. */
  readonly now: () => number
}

export type Node = {
  readonly tick: () => Promise<void>
  readonly marker: () => Marker | undefined
  readonly start: () => StartView
  readonly serving: () => boolean
  readonly view: () => Promise<Fact<CassandraView>>
  readonly grant: (grant: Grant) => Promise<Receipt>
}

/** One life of the Cassandra container, from the argument file to the end of the JVM. */
type Life = { readonly request: StartRequest; readonly plan: StartPlan | undefined; readonly logFrom: number; readonly served: boolean }

const SERVING = 'serving'
const STEADY_MS = 2_000
const SEEDS_EVERY_MS = 10_000

export function createNode({ settings, jolokia, folders, resolve, now }: NodeInput): Node {
  const { node, podUID, podIP } = settings
  const configDir = join(folders.run, 'config')
  const logDir = join(folders.run, 'log')
  const log = join(logDir, 'warnings.log')
  const joinWatch = createJoinWatch()
  const begin: StartView = { phase: 'NoContainer', message: 'the Cassandra container has not started yet', since: now(), attempts: 0 }
  let start = begin
  let markers: MarkerStore | undefined
  let life: Life | undefined
  /** Why the life before ended; shown until one serves. */
  let failure: StartFailure | undefined
  let stopping: string | undefined
  let pulse: Pulse | undefined
  let pulseAt = Number.NEGATIVE_INFINITY
  let seedsAt = Number.NEGATIVE_INFINITY

  const tick = async (): Promise<void> => {
    markers ??= await openMarkers()
    if (markers === undefined) return
    const request = await readRequest(folders.run)
    if (request !== undefined && request.id !== life?.request.id) await meet(request, markers)
    if (life !== undefined) await followStop(life.request.id)
    if (life !== undefined && (pulse?.serving !== true || now() - pulseAt >= STEADY_MS)) await look(life, markers)
    if (life !== undefined && now() - seedsAt >= SEEDS_EVERY_MS) await followSeeds(life, markers.current())
  }

  const openMarkers = async (): Promise<MarkerStore | undefined> => {
    const found = await findMarker(folders.marker, folders.data, node, now())
    if (!found.known) {
      say('Refused', found.reason, found.message)
      return undefined
    }
    start = begin
    return createMarkerStore(folders.marker, found.value)
  }

  /** The container asks to be started; if another life of it was known, that one has ended. */
  const meet = async (request: StartRequest, store: MarkerStore): Promise<void> => {
    if (life !== undefined) await noteEnd(life)
    try {
      if (await isAnswered(folders.run, request.id)) await adopt(request)
      else await considerStart(request, store)
    } catch (error) {
      say('NoContainer', undefined, `the start cannot be prepared: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  const considerStart = async (request: StartRequest, store: MarkerStore): Promise<void> => {
    const facts = await factsOf(request, store.current(), await resolve(node.seedService).catch(() => undefined))
    const verdict = decideStart(facts)
    if (verdict.kind === 'wait') return say('WaitingForGrant', undefined, verdict.message)
    if (verdict.kind === 'refuse') return say('Refused', verdict.reason, verdict.message)
    const { plan } = verdict
    await writeConfigFiles(configDir, logDir, { settings: node, address: podIP, ...plan })
    // Before the JVM can touch the volume: from now on this is no longer an empty node.
    await store.change((marker) => {
      if (marker !== facts.marker) throw new Error('the marker changed meanwhile')
      return { ...marker, version: node.version, state: marker.state === 'Joined' ? 'Joined' : 'Joining' }
    })
    const logFrom = await sizeOf(log)
    await forgetEarlier(folders.run, request.id)
    const java = { settings: node, home: request.home, jars: request.jars, javaMajor: request.javaMajor ?? 0 }
    await answer(folders.run, request.id, javaArguments({ ...java, configDir, logDir }))
    life = { request, plan, logFrom, served: false }
    seedsAt = now()
    const why = failure === undefined ? { message: verdict.message } : failure
    start = { phase: 'Started', ...why, since: now(), attempts: start.attempts + 1 }
  }

  /** The agent was restarted beside a JVM that it had let start: that one goes on, whatever the grant or the resolver say now. */
  const adopt = async (request: StartRequest): Promise<void> => {
    life = { request, plan: undefined, logFrom: await sizeOf(log), served: true }
    start = { phase: 'Started', message: 'started before the agent was', since: now(), attempts: 0 }
  }

  const noteEnd = async (ended: Life): Promise<void> => {
    const silent: StartFailure = { reason: 'StartFailed', message: 'Cassandra ended before it served, and its log holds no error' }
    const isExpected = ended.served || stopping === ended.request.id
    failure = isExpected ? undefined : ((await startFailure(log, ended.logFrom).catch(() => undefined)) ?? silent)
    life = undefined
    pulse = undefined
    joinWatch.see(undefined, now())
    say('NoContainer', failure?.reason, failure?.message ?? 'Cassandra has ended')
  }

  const followStop = async (id: string): Promise<void> => {
    if (stopping === id || !(await isStopAsked(folders.run, id))) return
    stopping = id // from here on it is not ready: clients leave first
    say('Started', undefined, 'stopping: Cassandra is being drained')
    say('Started', undefined, `stopping: ${await stop(folders.run, id, jolokia)}`)
  }

  const look = async (current: Life, store: MarkerStore): Promise<void> => {
    pulse = await readPulse(jolokia).catch(() => undefined)
    pulseAt = now()
    joinWatch.see(pulse, pulseAt)
    if (pulse === undefined) return
    const { hostID } = pulse
    // As soon as the ring counts on it: a crash before CQL is up must find a member, not a node that still has to join.
    if (pulse.joined && pulse.mode === 'NORMAL' && store.current().state === 'Joining') {
      await store.change(({ grant: _, ...marker }) => ({ ...marker, state: 'Joined', hostID }))
      seedsAt = Number.NEGATIVE_INFINITY // a member may be its own seed
    }
    if (!pulse.serving || start.message === SERVING || stopping === current.request.id) return
    life = { ...current, served: true }
    failure = undefined
    start = { phase: 'Started', message: SERVING, since: now(), attempts: 0 }
  }

  /** Seeds follow the pods' addresses without a restart and without the operator. */
  const followSeeds = async (current: Life, marker: Marker): Promise<void> => {
    seedsAt = now()
    const seeds = await resolve(node.seedService).catch(() => [])
    if (seeds.length === 0) return
    const verdict = decideStart(await factsOf(current.request, marker, seeds))
    if (verdict.kind !== 'start' || verdict.plan.seeds.join() === current.plan?.seeds.join()) return
    await writeYaml(configDir, { settings: node, address: podIP, ...verdict.plan })
    // A JVM that starts may have read the older file and cannot be told yet: it is told the next time.
    const isTold = await jolokia.exec(beans.gossiper, operations.reloadSeeds, []).then(
      () => true,
      () => false,
    )
    if (isTold) life = { ...current, plan: verdict.plan }
  }

  const factsOf = async (request: StartRequest, marker: Marker, seeds: readonly string[] | undefined): Promise<StartFacts> => {
    const image = { imageVersion: imageVersion(request), javaMajor: request.javaMajor }
    return { settings: node, podUID, podIP, marker, hasData: await hasCassandraData(folders.data), seeds, ...image }
  }

  const say = (phase: StartView['phase'], reason: string | undefined, message: string): void => {
    if (start.phase === phase && start.message === message) return
    start = { phase, message, since: now(), attempts: start.attempts, ...(reason === undefined ? {} : { reason }) }
  }

  return {
    tick,
    marker: () => markers?.current(),
    start: () => start,
    serving: () => pulse?.serving === true && life !== undefined && life.request.id !== stopping,
    view: async () => {
      const view = await readView(jolokia)
      return view.known && joinWatch.hasFailed(now()) ? known({ ...view.value, bootstrapFailed: true }, view.at) : view
    },
    grant: async (grant) => {
      let receipt: Receipt = { accepted: false, reason: 'NoVolume', message: 'the volume has not been read yet' }
      await markers?.change((marker) => {
        const received = receiveGrant(marker, grant, podUID)
        receipt = received.receipt
        return received.marker
      })
      return receipt
    },
  }
}
