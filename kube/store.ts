// The objects of one resource, kept up to date by one loop that never throws (engineering.md section 4, rules 2 to 9).
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { isKubeError, KubeError } from './errors.ts'
import { createShelf, type Shelf } from './shelf.ts'
import { pause, realTimers, type Timers } from './timers.ts'
import { type WatchTiming, watch, watchTiming } from './watch.ts'

export type StoreOptions<T extends KubeObject> = {
  readonly client: KubeClient
  readonly path: string
  /** Label or field selector, as a query string. */
  readonly query?: string
  /** The part of an object that somebody reads; the rest costs memory for nothing. */
  readonly keep?: (object: T) => T
  /** Told after each change, with what is there now and what was there before. It may throw; the loop goes on. */
  readonly onChange: (object: T | undefined, before: T | undefined) => void
  readonly log: (message: string) => void
  readonly timing?: WatchTiming
  readonly timers?: Timers
}

export type Store<T extends KubeObject> = Pick<Shelf<T>, 'get' | 'all' | 'hasSeen'> & {
  /** Runs until the signal; never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>
  /** Monotonic ms since the server last said anything, bookmarks included. */
  readonly silentMs: () => number
}

const FIRST_BACKOFF_MS = 500
const LONGEST_BACKOFF_MS = 30_000
/** A watch that ends sooner would be dialled again at once, for ever. */
const SHORT_WATCH_MS = 1_000
/** However good the watch looks, a list is the truth; up to 10 % later, so that stores do not list together. */
const RESYNC_MS = 600_000

export function createStore<T extends KubeObject>(options: StoreOptions<T>): Store<T> {
  const { client, path, query = '', keep = (object: T) => object, log, timing = watchTiming, timers = realTimers } = options
  let heardAt = timers.now()
  let resyncAt = 0
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>()
  const shelf = createShelf<T>(keep, (object, before) => {
    try {
      options.onChange(object, before)
    } catch (error) {
      log(`a consumer of ${path} threw: ${String(error)}`)
    }
  })

  const relist = async (signal: AbortSignal): Promise<void> => {
    resyncAt = timers.now() + RESYNC_MS * (1 + timers.random() / 10)
    const { items, resourceVersion } = await client.list<T>(path, query, signal)
    heardAt = timers.now()
    shelf.replaceAll(items, resourceVersion)
    markSynced()
  }

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const event of watch<T>(client.http, path, query, shelf.version(), signal, timing)) {
      heardAt = timers.now()
      shelf.apply(event)
    }
  }

  const report = (error: unknown): void => log(`${path}: ${error instanceof Error ? error.message : String(error)}`)

  const run = async (signal: AbortSignal): Promise<void> => {
    let backoff = FIRST_BACKOFF_MS
    let mustList = true
    while (!signal.aborted) {
      let watchedFrom = Infinity
      let failure: unknown
      try {
        if (mustList) await relist(signal)
        else if (timers.now() >= resyncAt) await relist(signal).catch(report) // the watch is still good
        mustList = false
        watchedFrom = timers.now()
        await follow(signal)
      } catch (error) {
        failure = error
        // Only a version that is too old makes a list necessary; whatever else broke, the watch goes on from where it was.
        if (isKubeError(error, 'gone')) mustList = true
        else if (!signal.aborted) report(error)
      }
      const isShort = timers.now() - watchedFrom < SHORT_WATCH_MS
      if (!isShort) backoff = FIRST_BACKOFF_MS
      if (!isShort && failure === undefined) continue
      const asked = failure instanceof KubeError ? (failure.retryAfterMs ?? 0) : 0
      await pause(timers, Math.max(asked, backoff * (0.5 + timers.random() / 2)), signal)
      if (isShort) backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS)
    }
  }

  return {
    run,
    synced,
    get: shelf.get,
    all: shelf.all,
    hasSeen: shelf.hasSeen,
    silentMs: () => timers.now() - heardAt,
  }
}
