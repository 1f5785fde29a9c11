// Scheduler, kubelet and launcher: a pod gets a machine, its volume and an address that nobody had before; its agent
// starts; its Cassandra container asks the agent, and comes back when its process ends.
import type { NodeSettings } from '../../api/agent.ts'
import type { Pod } from '../../operator/snapshot/kube-types.ts'
import { type AgentProcess, createAgentProcess } from './agent-process.ts'
import type { Live } from './api-server.ts'
import { drain, type Jvm, startJvm, stopJvm } from './cassandra.ts'
import { NAMESPACE, type Sim } from './sim.ts'
import type { Volume } from './volume.ts'

export type PodProcess = {
  readonly uid: string
  readonly name: string
  readonly path: string
  ip: string | undefined
  volume: Volume | undefined
  agent: AgentProcess | undefined
  /** Until then its agent answers nobody, though it works on. */
  silentUntil: number
  jvm: Jvm | undefined
  exits: number
  /** Its launcher asks, and has no answer yet; the question outlives the agent. */
  asks: boolean
  isReady: boolean
  isStopping: boolean
  stoppingSince: number | undefined
}

type Spec = {
  readonly containers: readonly { readonly image: string; readonly resources?: { readonly requests?: { readonly cpu?: string } } }[]
  readonly initContainers: readonly {
    readonly name: string
    readonly env?: readonly { readonly name: string; readonly value?: string }[]
  }[]
  readonly volumes: readonly {
    readonly persistentVolumeClaim?: { readonly claimName: string }
    readonly secret?: { readonly secretName: string }
  }[]
}

const PODS = '/api/v1/pods'
const AGENT_MS = 1_000

export function startKubelet(sim: Sim): void {
  let addresses = 0
  sim.api.onChange(({ collection, object, isGone }) => {
    if (collection !== PODS) return
    const known = sim.pods.get(object.metadata.uid)
    if (isGone) return
    if (known === undefined) begin(sim, object, () => `10.0.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`)
    else if (object.metadata.deletionTimestamp !== undefined && !known.isStopping) end(sim, known)
  })
}

function begin(sim: Sim, { metadata, spec }: Live, nextAddress: () => string): void {
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${metadata.name}`
  const pod: PodProcess = {
    uid: metadata.uid,
    name: metadata.name,
    path,
    ip: undefined,
    volume: undefined,
    agent: undefined,
    silentUntil: 0,
    jvm: undefined,
    exits: 0,
    asks: false,
    isReady: false,
    isStopping: false,
    stoppingSince: undefined,
  }
  sim.pods.set(pod.uid, pod)
  const after = (low: number, high: number, work: () => void): void => {
    sim.clock.after(sim.random.between(low, high), () => {
      if (!pod.isStopping) work()
    })
  }
  const { containers, initContainers, volumes } = spec as Spec
  const claim = volumes.find((volume) => volume.persistentVolumeClaim !== undefined)?.persistentVolumeClaim?.claimName
  const secret = volumes.find((volume) => volume.secret !== undefined)?.secret?.secretName
  const claimPath = `/api/v1/namespaces/${NAMESPACE}/persistentvolumeclaims/${claim}`

  const schedule = (): void => {
    if (Number(containers[0]?.resources?.requests?.cpu ?? 0) > 100) {
      setStatus(sim, pod, {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: 'Insufficient cpu' }],
      })
      after(2_000, 3_000, schedule)
      return
    }
    const bound = sim.api.get(claimPath)
    if (bound === undefined || sim.api.get(`/api/v1/namespaces/${NAMESPACE}/secrets/${secret}`) === undefined) {
      after(500, 1_000, schedule)
      return
    }
    sim.api.change(pod.path, (object) => ({ ...object, spec: { ...(object.spec as object), nodeName: `machine-${pod.name}` } }))
    sim.api.change(claimPath, (object) => ({ ...object, status: { phase: 'Bound', capacity: { storage: '1Gi' } } }))
    const { uid } = bound.metadata
    const volume = sim.volumes.get(uid) ?? { uid, marker: undefined, epoch: 0, jobs: [], data: undefined, endedAt: undefined }
    sim.volumes.set(uid, volume)
    pod.volume = volume
    after(100, 1_000, () => run(volume))
  }

  const run = (volume: Volume): void => {
    const ip = nextAddress()
    pod.ip = ip
    const isBroken = containers[0]?.image.startsWith('broken') === true
    setStatus(sim, pod, running(pod, isBroken ? 'ErrImagePull' : undefined))
    const env = initContainers.find(({ name }) => name === 'agent')?.env?.find(({ name }) => name === 'RINGKEEPER_NODE')
    const settings = JSON.parse(env?.value ?? '{}') as NodeSettings
    after(100, 600, () => {
      startAgent(sim, pod, settings, ip, volume)
      if (!isBroken) after(100, 500, () => ask(pod, undefined))
      const tick = (): void => {
        pod.agent?.tick()
        probe(sim, pod)
        after(AGENT_MS, AGENT_MS, tick)
      }
      after(100, AGENT_MS, tick)
    })
  }
  after(20, 500, schedule)
}

/** Also after its own end: the container of Cassandra goes on, and what it asked for is asked again. */
export function startAgent(sim: Sim, pod: PodProcess, settings: NodeSettings, podIP: string, volume: Volume): void {
  pod.agent = createAgentProcess({
    sim,
    settings,
    podUID: pod.uid,
    podIP,
    volume,
    jvm: () => pod.jvm,
    start: (plan) => {
      pod.asks = false
      pod.jvm = startJvm({
        ...sim,
        settings,
        podUID: pod.uid,
        address: podIP,
        volume,
        plan,
        onFirstStart: (start) => sim.record({ kind: 'first-start', start }),
        onExit: (error) => restartContainer(sim, pod, error),
      })
    },
  })
  if (pod.asks) pod.agent.request(undefined)
}

/** The kubelet asks the agent whether its node serves. */
function probe(sim: Sim, pod: PodProcess): void {
  const isReady = pod.jvm?.isServing === true && sim.clock.now() >= pod.silentUntil
  if (isReady === pod.isReady) return
  pod.isReady = isReady
  setStatus(sim, pod, running(pod, undefined))
}

function ask(pod: PodProcess, error: string | undefined): void {
  pod.asks = true
  pod.agent?.request(error)
}

/** The process of the Cassandra container has ended, or is killed now. */
export function restartContainer(sim: Sim, pod: PodProcess, error: string | undefined): void {
  if (pod.jvm !== undefined) stopJvm(pod.jvm, sim.ring, sim.clock.now())
  if (pod.isStopping) return
  sim.trace(pod.name, `Cassandra ends: ${error ?? 'killed'}`)
  pod.exits++
  pod.isReady = false
  setStatus(sim, pod, running(pod, pod.exits > 2 ? 'CrashLoopBackOff' : undefined))
  sim.clock.after(Math.min(500 * 2 ** Math.min(pod.exits, 4), 8_000), () => {
    if (pod.isStopping) return
    setStatus(sim, pod, running(pod, undefined))
    ask(pod, error)
  })
}

function end(sim: Sim, pod: PodProcess): void {
  pod.isStopping = true
  pod.stoppingSince = sim.clock.now()
  sim.clock.after(sim.random.between(20, 400), () => {
    if (pod.jvm?.isAlive === true) drain(pod.jvm, sim.ring, sim.clock.now())
    sim.clock.after(pod.jvm?.isAlive === true ? sim.random.between(300, 3_000) : 50, () => {
      if (pod.jvm !== undefined) stopJvm(pod.jvm, sim.ring, sim.clock.now())
      pod.agent = undefined
      sim.pods.delete(pod.uid)
      if (sim.api.get(pod.path)?.metadata.uid === pod.uid) sim.api.erase(pod.path)
    })
  })
}

function running({ ip, isReady, exits }: PodProcess, waiting: string | undefined): NonNullable<Pod['status']> {
  const state = waiting === undefined ? {} : { state: { waiting: { reason: waiting, message: waiting } } }
  return {
    phase: 'Running',
    ...(ip === undefined ? {} : { podIP: ip }),
    conditions: [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: isReady ? 'True' : 'False' },
    ],
    containerStatuses: [{ name: 'cassandra', restartCount: exits, ...state }],
  }
}

function setStatus(sim: Sim, pod: PodProcess, status: NonNullable<Pod['status']>): void {
  sim.api.change(pod.path, (object) => (object.metadata.uid === pod.uid ? { ...object, status } : object))
}
