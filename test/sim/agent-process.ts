// The agent of one pod: real decisions about starts and grants over a modelled volume, launcher and JVM. It forgets what
// the real one keeps in memory when it is restarted.

import { createJoinWatch } from '../../agent/join-watch.ts'
import { decideStart, type StartPlan } from '../../agent/start/decide-start.ts'
import { receiveGrant } from '../../agent/start/receive-grant.ts'
import type { AgentView, Grant, Job, JobStatus, Marker, NodeSettings, Receipt, StartView } from '../../api/agent.ts'
import { runJob } from './agent-jobs.ts'
import type { Jvm } from './cassandra.ts'
import { jmxView } from './jmx-view.ts'
import type { Sim } from './sim.ts'
import type { Volume } from './volume.ts'

/** What a mutant may switch off. */
export type AgentRules = {
  readonly decideStart: typeof decideStart
  readonly receiveGrant: typeof receiveGrant
  readonly admits: (epoch: number, highest: number) => boolean
}
export const agentRules: AgentRules = { decideStart, receiveGrant, admits: (epoch, highest) => epoch >= highest }

export type AgentProcess = {
  readonly podUID: string
  readonly settings: NodeSettings
  readonly volume: Volume
  readonly tick: () => void
  /** The launcher of a new container asks; `error` is why the last JVM ended. */
  readonly request: (error: string | undefined) => void
  readonly view: (epoch: number) => AgentView
  readonly grant: (epoch: number, grant: Grant) => Receipt
  readonly startJob: (epoch: number, id: string, job: Job) => JobStatus
}

type AgentInput = {
  readonly sim: Sim
  readonly settings: NodeSettings
  readonly podUID: string
  readonly podIP: string
  readonly volume: Volume
  readonly jvm: () => Jvm | undefined
  readonly start: (plan: StartPlan) => void
}

const SEEDS_EVERY_MS = 10_000

export function createAgentProcess(input: AgentInput): AgentProcess {
  const { sim, settings, podUID, podIP, volume } = input
  const { clock } = sim
  let start: StartView = { phase: 'NoContainer', message: 'the Cassandra container has not started yet', since: clock.now(), attempts: 0 }
  let isWaiting = false
  const joinWatch = createJoinWatch()
  let seedsAt = 0

  volume.jobs = volume.jobs.map((job) => (job.state === 'Running' ? { ...job, state: 'Lost', message: 'the agent was restarted' } : job))
  volume.marker ??= {
    clusterUID: settings.clusterUID,
    nodeUID: settings.nodeUID,
    datacenter: settings.datacenter,
    rack: settings.rack,
    version: settings.version,
    state: 'Empty',
  }
  const marker = (): Marker => volume.marker as Marker

  const consider = (): void => {
    const facts = {
      settings,
      podUID,
      podIP,
      marker: marker(),
      hasData: volume.data !== undefined,
      seeds: sim.dns.resolve(),
      imageVersion: settings.version,
      javaMajor: 17,
    }
    const verdict = sim.rules.decideStart(facts)
    if (verdict.kind === 'wait') change('WaitingForGrant', start.reason, verdict.message)
    if (verdict.kind === 'refuse') change('Refused', verdict.reason, verdict.message)
    if (verdict.kind !== 'start') return
    volume.marker = { ...marker(), version: settings.version, state: marker().state === 'Joined' ? 'Joined' : 'Joining' }
    isWaiting = false
    seedsAt = clock.now()
    start = { ...start, phase: 'Started', message: verdict.message, since: clock.now(), attempts: start.attempts + 1 }
    input.start(verdict.plan)
  }

  const change = (phase: StartView['phase'], reason: string | undefined, message: string): void => {
    if (start.phase === phase && start.message === message) return
    const { reason: _, ...rest } = start
    start = { ...rest, phase, message, since: clock.now(), ...(reason === undefined ? {} : { reason }) }
  }

  const follow = (jvm: Jvm): void => {
    if (!jvm.answersJmx) return
    if (jvm.isServing && jvm.mode === 'NORMAL') {
      if (marker().state !== 'Joined') {
        const { grant: _, ...rest } = marker()
        volume.marker = { ...rest, state: 'Joined', hostID: jvm.hostID }
      }
      start = { phase: 'Started', message: 'serving', since: start.since, attempts: 0 }
    }
    if (clock.now() - seedsAt < SEEDS_EVERY_MS) return
    seedsAt = clock.now()
    const found = sim.dns.resolve()
    const seeds = marker().state === 'Joined' ? found : found.filter((seed) => seed !== podIP)
    if (seeds.length > 0) jvm.seeds = seeds.map((seed) => `${seed}:7000`)
  }

  /** A higher epoch is kept before anything is done. */
  const admit = (epoch: number): void => {
    if (!sim.rules.admits(epoch, volume.epoch)) throw new Error('409: StaleEpoch')
    sim.record({ kind: 'obeyed', volume: volume.uid, epoch, highest: volume.epoch })
    volume.epoch = Math.max(volume.epoch, epoch)
  }

  return {
    podUID,
    settings,
    volume,
    tick: () => {
      const jvm = input.jvm()
      const { mode = '', isServing = false, hostID = '', streams = 0 } = jvm ?? {}
      joinWatch.see(jvm?.answersJmx === true ? { mode, joined: isServing, serving: isServing, hostID, streams } : undefined, clock.now())
      if (isWaiting) consider()
      else if (jvm?.isAlive === true) follow(jvm)
    },
    request: (error) => {
      isWaiting = true
      const { reason: _, ...rest } = start
      start = error === undefined ? rest : { ...rest, reason: 'StartFailed', message: error }
    },
    view: (epoch) => {
      volume.epoch = Math.max(volume.epoch, epoch)
      const jvm = input.jvm()
      const isUp = jvm?.answersJmx === true
      return {
        at: clock.now(),
        clusterUID: settings.clusterUID,
        nodeUID: settings.nodeUID,
        podUID,
        epoch: volume.epoch,
        marker: volume.marker,
        start,
        cassandra: isUp ? { ...jmxView(jvm, sim.ring, clock.now()), bootstrapFailed: joinWatch.hasFailed(clock.now()) } : undefined,
        ...(isUp ? {} : { cassandraError: 'connection refused' }),
        jobs: volume.jobs,
      }
    },
    grant: (epoch, grant) => {
      admit(epoch)
      const received = sim.rules.receiveGrant(marker(), grant, podUID)
      if (received.marker !== marker()) sim.record({ kind: 'granted', grant, volume: volume.uid, podUID })
      volume.marker = received.marker
      return received.receipt
    },
    startJob: (epoch, id, job) => {
      admit(epoch)
      return volume.jobs.find((known) => known.id === id) ?? runJob(sim, volume, id, job, input.jvm)
    },
  }
}
