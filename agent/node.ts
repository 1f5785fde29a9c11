// One Cassandra node as its agent sees it: marker, start, seeds. `tick` looks and does the next thing; it may be called at
// any time, and one runs at a time.
import { join } from 'node:path'
import type { CassandraView, Grant, Marker, Receipt, StartView } from '../api/agent.ts'
import { DATA_DIR, MARKER_DIR, RUN_DIR } from '../api/paths.ts'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'
import { javaArguments } from '../cassandra/model/java-arguments.ts'
import type { Fact } from '../lib/result.ts'
import { resolveSeeds } from './seeds.ts'
import type { AgentSettings } from './settings.ts'
import { writeConfigFiles, writeYaml } from './start/config-files.ts'
import { decideStart, type StartPlan } from './start/decide-start.ts'
import { hasCassandraData, readMarker, writeMarker } from './start/marker-file.ts'
import { answer, imageVersion, readRequest, type StartRequest } from './start/request.ts'
import { sizeOf, startFailure } from './start/start-failure.ts'
import { type Pulse, readPulse, readView } from './views.ts'

export type Node = {
  readonly tick: () => Promise<void>
  readonly marker: () => Marker | undefined
  readonly start: () => StartView
  readonly serving: () => boolean
  readonly view: () => Promise<Fact<CassandraView>>
  readonly grant: (grant: Grant) => Promise<Receipt>
}

const CONFIG_DIR = join(RUN_DIR, 'config')
const LOG_DIR = join(RUN_DIR, 'log')
const LOG = join(LOG_DIR, 'warnings.log')
const SEEDS_EVERY_MS = 10_000

export function createNode(settings: AgentSettings, jolokia: JolokiaClient): Node {
  const { node, podUID, podIP } = settings
  let marker: Marker | undefined
  let start: StartView = { phase: 'NoContainer', message: 'the Cassandra container has not started yet', since: Date.now(), attempts: 0 }
  let startedRequest: string | undefined
  let plan: StartPlan | undefined
  let pulse: Pulse | undefined
  let logFrom = 0
  let seedsAt = 0

  const tick = async (): Promise<void> => {
    marker ??= await openMarker()
    const request = await readRequest(RUN_DIR)
    if (request !== undefined && request.id !== startedRequest) await considerStart(request)
    if (startedRequest === undefined) return
    pulse = await readPulse(jolokia).catch(() => undefined)
    if (pulse !== undefined) await followStart(pulse)
    if (Date.now() - seedsAt >= SEEDS_EVERY_MS) await followSeeds()
  }

  const openMarker = async (): Promise<Marker> => {
    const found = await readMarker(MARKER_DIR)
    if (found !== undefined) return found
    if (await hasCassandraData(DATA_DIR)) {
      change('Refused', 'VolumeRetired', 'the volume holds data of Cassandra but no marker of Ringkeeper; it belongs to something else')
      throw new Error(start.message)
    }
    const fresh: Marker = {
      clusterUID: node.clusterUID,
      nodeUID: node.nodeUID,
      datacenter: node.datacenter,
      rack: node.rack,
      version: node.version,
      state: 'Empty',
    }
    await writeMarker(MARKER_DIR, fresh)
    return fresh
  }

  const considerStart = async (request: StartRequest): Promise<void> => {
    if (marker === undefined) return
    if (startedRequest !== undefined) await noteEnd()
    const version = imageVersion(request)
    const seeds = await resolveSeeds(node.seedService)
    const verdict = decideStart({ settings: node, podUID, podIP, marker, seeds, imageVersion: version, javaMajor: request.javaMajor })
    if (verdict.kind === 'wait') return change('WaitingForGrant', start.reason, verdict.message)
    if (verdict.kind === 'refuse') return change('Refused', verdict.reason, verdict.message)
    plan = verdict.plan
    seedsAt = Date.now()
    await writeConfigFiles(CONFIG_DIR, LOG_DIR, { settings: node, address: podIP, ...plan })
    // Before the JVM can touch the volume: from now on this is no longer an empty node.
    await save({ ...marker, version: node.version, state: marker.state === 'Joined' ? 'Joined' : 'Joining' })
    logFrom = await sizeOf(LOG)
    startedRequest = request.id
    pulse = undefined
    start = { ...start, phase: 'Started', message: verdict.message, since: Date.now(), attempts: start.attempts + 1 }
    const java = { settings: node, home: request.home, jars: request.jars, javaMajor: request.javaMajor ?? 0 }
    await answer(RUN_DIR, request.id, javaArguments({ ...java, configDir: CONFIG_DIR, logDir: LOG_DIR }))
  }

  /** The container asks again: the JVM that was started has ended. */
  const noteEnd = async (): Promise<void> => {
    startedRequest = undefined
    const failure = await startFailure(LOG, logFrom)
    const { reason: _, ...rest } = start
    start = failure === undefined ? rest : { ...rest, reason: failure.reason, message: failure.message }
  }

  const followStart = async (now: Pulse): Promise<void> => {
    if (!now.serving || !now.joined || marker === undefined) return
    if (marker.state !== 'Joined') {
      const { grant: _, ...rest } = marker
      await save({ ...rest, state: 'Joined', hostID: now.hostID })
      seedsAt = 0 // a member may be its own seed
    }
    if (start.attempts !== 0) start = { phase: 'Started', message: 'serving', since: Date.now(), attempts: 0 }
  }

  /** Seeds follow the pods' addresses without a restart and without the operator. */
  const followSeeds = async (): Promise<void> => {
    seedsAt = Date.now()
    const found = await resolveSeeds(node.seedService).catch(() => [])
    const isMember = marker?.state === 'Joined'
    const seeds = isMember ? found : found.filter((seed) => seed !== podIP)
    if (plan === undefined || seeds.length === 0 || seeds.join() === plan.seeds.join()) return
    const next: StartPlan = { ...plan, seeds }
    await writeYaml(CONFIG_DIR, { settings: node, address: podIP, ...next })
    if (pulse !== undefined) await jolokia.exec(beans.gossiper, operations.reloadSeeds, [])
    plan = next
  }

  const save = async (next: Marker): Promise<void> => {
    await writeMarker(MARKER_DIR, next)
    marker = next
  }

  const change = (phase: StartView['phase'], reason: string | undefined, message: string): void => {
    if (start.phase === phase && start.message === message) return
    const { reason: _, ...rest } = start
    start = { ...rest, phase, message, since: Date.now(), ...(reason === undefined ? {} : { reason }) }
  }

  return {
    tick,
    marker: () => marker,
    start: () => start,
    serving: () => pulse?.serving === true,
    view: () => readView(jolokia),
    grant: async (grant) => {
      if (marker === undefined) return { accepted: false, message: 'the volume has not been read yet' }
      if (grant.podUID !== podUID || grant.nodeUID !== node.nodeUID) {
        return { accepted: false, reason: 'OtherPod', message: `the grant names pod ${grant.podUID}, this is ${podUID}` }
      }
      if (marker.grant?.id === grant.id) return { accepted: true, message: 'already known' }
      if (marker.state !== 'Empty' && marker.state !== 'Granted' && marker.state !== 'Joining') {
        return { accepted: false, reason: 'NotJoining', message: `the node is ${marker.state}` }
      }
      await save({ ...marker, state: marker.state === 'Joining' ? 'Joining' : 'Granted', grant })
      return { accepted: true, message: 'kept' }
    },
  }
}
