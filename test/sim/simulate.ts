// One run from one seed: a cluster is created and grows while faults strike; then they end, and it must settle. The
// invariants are checked after every step.

import { decide } from '../../operator/decide/order.ts'
import { type AgentRules, agentRules } from './agent-process.ts'
import { createApiServer } from './api-server.ts'
import { createClock, START } from './clock.ts'
import { createDns } from './dns.ts'
import { startGossip } from './gossip.ts'
import { createJudge } from './invariants.ts'
import { startKubelet } from './kubelet.ts'
import { quota } from './manifest.ts'
import type { OperatorRules } from './operator-process.ts'
import { createRandom } from './random.ts'
import { createScenario } from './scenario.ts'
import { clusterOf, type Recorded, type Sim } from './sim.ts'

export type Rules = { readonly operator: OperatorRules; readonly agent: AgentRules }
export const realRules: Rules = {
  operator: { decide, readsItsWrites: true, deletesWhatItSaw: true, raisesBudget: true },
  agent: agentRules,
}

export type Result = {
  readonly seed: number
  /** The rule that was broken, with what broke it; undefined for a good run. */
  readonly broken: string | undefined
  readonly faults: readonly string[]
  readonly seconds: number
  readonly steps: number
}

type Options = {
  readonly rules?: Rules
  readonly faultless?: boolean
  readonly trace?: (line: string) => void
}

export async function simulate(seed: number, { rules = realRules, faultless = false, trace }: Options = {}): Promise<Result> {
  const random = createRandom(seed)
  const clock = createClock()
  const api = createApiServer(clock, random, quota)
  const happened: Recorded[] = []
  let isAwake = true
  const wanted = { nodes: random.pick([1, 2, 3, 3]) }
  const sim: Sim = {
    clock,
    random,
    api,
    dns: createDns(clock, api),
    rules: rules.agent,
    ring: new Map(),
    pods: new Map(),
    volumes: new Map(),
    happened,
    record: (happening) => happened.push({ ...happening, status: clusterOf(api)?.status ?? {} }),
    mostNodesAsked: () => wanted.nodes,
    longestPause: 0,
    wake: () => {
      isAwake = true
    },
    trace: (who, what) => trace?.(`${((clock.now() - START) / 1000).toFixed(3).padStart(9)}  ${who.padEnd(16)} ${what}`),
  }
  startKubelet(sim)
  startGossip(clock, random, sim.ring)
  const scenario = createScenario(sim, rules.operator, wanted, faultless)
  const judge = createJudge(sim)
  let broken: string | undefined
  let steps = 0
  while (broken === undefined && !scenario.isOver() && clock.step()) {
    steps++
    if (isAwake) await goOn()
    isAwake = false
    broken = judge.afterStep()
  }
  await new Promise((resolve) => setImmediate(resolve)) // the process gets its turn between two runs
  broken ??= scenario.verdict() ?? judge.atEnd()
  return { seed, broken, faults: scenario.faults(), seconds: (clock.now() - START) / 1000, steps }
}

/** Everything that the last step has let go on comes to its next wait: ticks come when no promise has work left. */
function goOn(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}
