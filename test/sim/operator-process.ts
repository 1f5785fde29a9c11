// One process of the operator: the real controller, decisions and queue, over a client, stores and agents that a run can
// disturb. When it dies nothing of it goes on, except what is already on its way.

import { createQueue, type Queue } from '../../kube/queue.ts'
import { createClusterController } from '../../operator/controllers/cluster.ts'
import type { Decided } from '../../operator/decide/order.ts'
import type { Snapshot } from '../../operator/decide/types.ts'
import { createStores, type Stores } from '../../operator/stores.ts'
import { createAgentLink } from './agent-link.ts'
import { fakeCertificates } from './fake-certificates.ts'
import { createLink, type Disturbance, type Link } from './link.ts'
import { createModelClient } from './model-client.ts'
import { createModelStore, type Feed } from './model-store.ts'
import { NAME, NAMESPACE, type Sim } from './sim.ts'

export type OperatorProcess = {
  readonly epoch: number
  readonly link: Link
  readonly feed: Feed
  readonly kill: () => void
}

/** What a mutant may switch off. */
export type OperatorRules = {
  readonly decide: (snapshot: Snapshot) => Decided
  /** Waits until its stores have seen what it wrote. */
  readonly readsItsWrites: boolean
  /** Deletes exactly what it saw. */
  readonly deletesWhatItSaw: boolean
  /** Raises the disruption budget before it makes pods. */
  readonly raisesBudget: boolean
}

export function startOperator(sim: Sim, epoch: number, rules: OperatorRules, disturbance: Disturbance): OperatorProcess {
  const link = createLink(sim, epoch, disturbance)
  const feed: Feed = { frozenUntil: new Map(), readsItsWrites: rules.readsItsWrites, stops: [] }
  let queue: Queue | undefined // as for a real leader: stores are filled before there is one
  const client = createModelClient(sim, link, rules, (path) => {
    const [, name] = /\/pods\/([^/]+)$/.exec(path) ?? []
    return name === undefined ? undefined : stores.pods.get(NAMESPACE, name)
  })
  const key = `${NAMESPACE}/${NAME}`
  let serial = epoch * 1_000_000 // no process repeats what another has made
  const stores: Stores = createStores(
    client,
    (namespace, name) => queue?.add(`${namespace}/${name}`),
    () => undefined,
    (options) => createModelStore(options, sim, feed),
  )
  const controller = createClusterController({
    client,
    stores,
    world: {
      now: sim.clock.now,
      newUID: sim.random.uid,
      newPassword: () => 'secret',
      certificates: fakeCertificates(() => ++serial),
    },
    decide: rules.decide,
    epoch,
    ownImage: 'ringkeeper:1',
    agentClient: () => agents,
    record: () => undefined,
    log: (message, detail) => sim.trace(`operator ${epoch}`, `${message} ${JSON.stringify((detail as { steps?: unknown }).steps ?? '')}`),
  })
  const agents = createAgentLink(sim, link)
  const timers = {
    set: (work: () => void, ms: number) =>
      sim.clock.after(ms, () => {
        sim.wake()
        if (!link.isDead()) work()
      }),
    now: sim.clock.now,
    random: sim.random.next,
  }
  queue = createQueue(controller.reconcile, (_, error) => sim.trace(`operator ${epoch}`, `pass failed: ${String(error)}`), timers)
  link.onDeath(() => {
    for (const stop of feed.stops) stop()
  })
  sim.trace(`operator ${epoch}`, 'leads')
  queue.add(key)
  return { epoch, link, feed, kill: link.kill }
}
