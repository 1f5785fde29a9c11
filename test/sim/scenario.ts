// What a run does to a cluster: creates it, lets a person change the spec, and strikes with faults. Then everything is
// healed, and the cluster has a bounded time to become Ready, and to stay so without a single write.
import type { ClusterSpec } from '../../api/kinds/cassandra-cluster.ts'
import { START } from './clock.ts'
import { faults, moments, type Stage } from './faults.ts'
import type { Fate } from './link.ts'
import { clusterObject, goodSpec, machine, storageClass } from './manifest.ts'
import { type OperatorProcess, type OperatorRules, startOperator } from './operator-process.ts'
import { CLUSTER, clusterOf, NAMESPACE, type Sim } from './sim.ts'

type Scenario = {
  readonly isOver: () => boolean
  /** Why the cluster did not settle; undefined when it did. */
  readonly verdict: () => string | undefined
  readonly faults: () => readonly string[]
}

const POLL_MS = 250
/** Faults begin within this time, or at a moment that comes within it. */
const STRIKES_MS = 45_000
const SETTLE_MS = 600_000
/** What happened last is seen at the next look at the latest; from then on there is nothing to write. */
const NOTICE_MS = 6_000
const QUIET_MS = 6_000

export function createScenario(sim: Sim, rules: OperatorRules, wanted: { nodes: number }, faultless: boolean): Scenario {
  const { clock, random, api } = sim
  const struck: string[] = []
  let good = goodSpec(random, wanted.nodes)
  let epoch = 0
  let operator: OperatorProcess
  let armed: { fate: Fate; calls: number; writesOnly: boolean }[] = []
  let outageUntil = 0
  let healedAt: number | undefined
  let mistakes = 0

  const disturb = (isWrite: boolean): Fate | undefined => {
    if (clock.now() < outageUntil) return 'error'
    for (const one of armed) {
      if (one.writesOnly && !isWrite) continue
      if (one.calls-- > 0) continue
      armed = armed.filter((other) => other !== one)
      return one.fate
    }
    return undefined
  }
  const lead = (): void => {
    const leader = startOperator(sim, ++epoch, rules, disturb)
    operator = leader
    leader.link.onDeath(() => {
      if (leader === operator) clock.after(random.between(300, 4_000), lead)
    })
  }
  const apply = (spec: ClusterSpec): void => {
    wanted.nodes = Math.max(wanted.nodes, spec.nodes)
    api.change(CLUSTER, (object) => ({ ...object, spec }))
  }
  const stage: Stage = {
    sim,
    operator: () => operator,
    arm: (fate, calls, writesOnly) => armed.push({ fate, calls, writesOnly }),
    outage: (ms) => {
      outageUntil = clock.now() + ms
    },
    usurp: (pauseMs, deathMs) => {
      const old = operator
      old.link.pause(pauseMs)
      lead()
      clock.after(deathMs, old.kill)
    },
    want: (change) => {
      good = change(good)
      apply(good)
    },
    mistake: (change, ms) => {
      mistakes++
      apply(change(good))
      clock.after(ms, () => {
        mistakes--
        apply(good)
      })
    },
  }
  const heal = (): void => {
    healedAt = clock.now()
    armed = []
    outageUntil = 0
    sim.dns.heal()
    operator.feed.frozenUntil.clear()
    for (const pod of sim.pods.values()) pod.silentUntil = 0
    good = { ...good, nodes: wanted.nodes }
    apply(good)
    sim.trace('user', `no more faults; ${good.nodes} nodes`)
  }

  for (let zone = random.between(1, 4); zone > 0; zone--) api.create('/api/v1/nodes', machine(zone))
  api.create('/apis/storage.k8s.io/v1/storageclasses', storageClass)
  api.create(`/apis/ringkeeper.io/v1alpha1/namespaces/${NAMESPACE}/cassandraclusters`, clusterObject(good))
  lead()
  const plan = faultless ? [] : planOf(sim)
  const growAt = random.between(5_000, 30_000)
  let hasGrown = false
  clock.every(POLL_MS, () => {
    const elapsed = clock.now() - START
    if (!hasGrown && elapsed > growAt && (clusterOf(api).status?.initializedAt !== undefined || elapsed > STRIKES_MS)) {
      hasGrown = true
      stage.want((spec) => ({ ...spec, nodes: spec.nodes + 1 }))
      sim.trace('user', `spec.nodes becomes ${good.nodes}`)
    }
    for (const one of plan) {
      if (one.isStruck || elapsed < one.at || !(one.moment(sim) || elapsed > STRIKES_MS)) continue
      one.isStruck = true
      const what = one.fault(stage)
      struck.push(what)
      sim.trace('fault', `${what} (${one.name})`)
    }
    if (healedAt === undefined && hasGrown && mistakes === 0 && plan.every(({ isStruck }) => isStruck)) heal()
  })
  const settling = watchSettling(sim, () => healedAt, stage)
  return { isOver: settling.isOver, verdict: settling.verdict, faults: () => struck }
}

function planOf({ random }: Sim) {
  return Array.from({ length: random.between(5, 8) }, () => {
    const [name, moment] = random.chance(0.4) ? (['at its time', () => true] as const) : random.pick(Object.entries(moments))
    return { fault: random.pick(faults), name, moment, at: random.between(0, STRIKES_MS * 0.6), isStruck: false }
  })
}

function watchSettling(sim: Sim, healedAt: () => number | undefined, stage: Stage): Pick<Scenario, 'isOver' | 'verdict'> {
  const { clock, api, happened } = sim
  let over: { readonly broken: string | undefined } | undefined
  let readySince: number | undefined
  let writes = 0
  let told = ''
  const countWrites = (): number => happened.filter(({ kind }) => kind === 'write').length
  clock.every(POLL_MS, () => {
    const { metadata, status } = clusterOf(api)
    const ready = status?.conditions?.find(({ type }) => type === 'Ready')
    const said = `${ready?.status === 'True' ? '' : 'not '}Ready: ${ready?.reason}: ${ready?.message}`
    if (said !== told) sim.trace('status', said)
    told = said
    const healed = healedAt()
    if (healed === undefined) return
    const now = clock.now()
    // The message says what to do, and the user does it.
    const joined = ready?.reason === 'ScaleInUnsupported' ? Number(/but (\d+) nodes/.exec(ready.message)?.[1]) : Number.NaN
    if (joined > 0) stage.want((spec) => ({ ...spec, nodes: joined }))
    if (ready?.status !== 'True' || ready.observedGeneration !== metadata.generation) readySince = undefined
    else if (readySince === undefined) readySince = now
    else if (now - readySince < NOTICE_MS) writes = countWrites()
    else if (now - readySince > NOTICE_MS + QUIET_MS) {
      const more = countWrites() - writes
      over = { broken: more === 0 ? undefined : `INV-7: ${more} writes while the cluster was settled` }
    }
    if (now - healed > SETTLE_MS) over ??= { broken: `INV-7: ${SETTLE_MS / 1000} s after the last fault: ${said}` }
  })
  return { isOver: () => over !== undefined, verdict: () => over?.broken }
}
