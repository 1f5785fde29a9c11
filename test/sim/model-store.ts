// A store of an operator process that follows the API server late: each change arrives in order after a lag, and not before
// a freeze ends. What it holds, and what it has seen, is kept as the real store keeps it.
import { LABEL } from '../../api/labels.ts'
import type { KubeObject } from '../../api/objects.ts'
import { createShelf } from '../../kube/shelf.ts'
import type { Store, StoreOptions } from '../../kube/store.ts'
import type { Sim } from './sim.ts'

export type Feed = {
  /** Path of the collection → until when its changes wait. */
  readonly frozenUntil: Map<string, number>
  readonly readsItsWrites: boolean
  readonly stops: (() => void)[]
}

const LAG_MS = [5, 150] as const

export function createModelStore<T extends KubeObject>(options: StoreOptions<T>, sim: Sim, feed: Feed): Store<T> {
  const { path, query, keep = (object: T) => object, onChange } = options
  const isWanted = (object: KubeObject): boolean => query === undefined || object.metadata.labels?.[LABEL.cluster] !== undefined
  const shelf = createShelf<T>(keep, onChange)
  let lastArrival = 0
  shelf.replaceAll((sim.api.list(path) as unknown as readonly T[]).filter(isWanted), sim.api.version())
  feed.stops.push(
    sim.api.onChange(({ collection, object, isGone }) => {
      if (collection !== path || !isWanted(object)) return
      const now = sim.clock.now()
      lastArrival = Math.max(lastArrival, now + sim.random.between(...LAG_MS), feed.frozenUntil.get(path) ?? 0)
      sim.clock.after(lastArrival - now, () => shelf.apply({ type: isGone ? 'DELETED' : 'MODIFIED', object: object as unknown as T }))
    }),
  )
  return {
    run: () => Promise.resolve(),
    synced: Promise.resolve(),
    get: shelf.get,
    all: shelf.all,
    silentMs: () => 0,
    hasSeen: (object) => !feed.readsItsWrites || shelf.hasSeen(object),
  }
}
