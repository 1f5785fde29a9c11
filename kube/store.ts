// The objects of one resource as last seen, kept by one loop that never throws (engineering.md section 4, rules 2 to 9).
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { isKubeError } from './errors.ts'
import { type WatchEvent, watch } from './watch.ts'

export type StoreOptions<T extends KubeObject> = {
  readonly client: KubeClient
  readonly path: string
  /** Label or field selector, as a query string. */
  readonly query?: string
  /** Told after each change, with what is there now and what was there before. It may throw; the loop goes on. */
  readonly onChange: (object: T | undefined, before: T | undefined) => void
  readonly log: (message: string) => void
  /** First pause after a failure; doubled up to 30 s. */
  readonly backoffMs?: number
}

export type Store<T extends KubeObject> = {
  /** Runs until the signal; never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>
  /** Resolves after the first complete list. */
  readonly synced: Promise<void>
  readonly get: (namespace: string | undefined, name: string) => T | undefined
  readonly all: () => readonly T[]
  /** Monotonic ms since the server last said anything, bookmarks included. */
  readonly silentMs: () => number
  /** Read your writes: whether the store has passed what a write returned. */
  readonly hasSeen: (object: KubeObject) => boolean
}

const LONGEST_BACKOFF_MS = 30_000
const SHORT_WATCH_MS = 1_000

export function createStore<T extends KubeObject>(options: StoreOptions<T>): Store<T> {
  const { client, path, query = '', log, backoffMs = 500 } = options
  const objects = new Map<string, T>()
  let version = ''
  let heardAt = performance.now()
  const { promise: synced, resolve: markSynced } = Promise.withResolvers<void>()

  const tell = (object: T | undefined, before: T | undefined): void => {
    try {
      options.onChange(object, before)
    } catch (error) {
      log(`a consumer of ${path} threw: ${String(error)}`)
    }
  }

  /** @param listed a list is the truth, also after the server went back in time; a late watch event is not */
  const set = (object: T, listed: boolean): void => {
    const key = keyOf(object)
    const before = objects.get(key)
    const isSame = before?.metadata.uid === object.metadata.uid
    if (isSame && before?.metadata.resourceVersion === object.metadata.resourceVersion) return
    if (isSame && !listed && !isNewer(object, before as T)) return
    const slim = slimDown(object)
    objects.set(key, slim)
    if (before !== undefined && before.metadata.uid !== object.metadata.uid) tell(undefined, before) // a namesake, not a change
    tell(slim, before?.metadata.uid === object.metadata.uid ? before : undefined)
  }

  const remove = (object: T): void => {
    const before = objects.get(keyOf(object))
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return
    objects.delete(keyOf(object))
    tell(undefined, before)
  }

  const relist = async (): Promise<void> => {
    const list = await client.list<T>(path, query)
    heardAt = performance.now()
    const present = new Set(list.items.map((object) => object.metadata.uid))
    for (const object of [...objects.values()]) if (!present.has(object.metadata.uid)) remove(object)
    for (const object of list.items) set(object, true)
    version = list.resourceVersion
    markSynced()
  }

  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const event of watch<T>(client.http, path, query, version, signal)) {
      heardAt = performance.now()
      apply(event)
      version = event.object.metadata.resourceVersion
    }
  }

  const apply = (event: WatchEvent<T>): void => {
    if (event.type === 'DELETED') remove(event.object)
    else if (event.type !== 'BOOKMARK') set(event.object, false)
  }

  const run = async (signal: AbortSignal): Promise<void> => {
    let pause = backoffMs
    let mustList = true
    while (!signal.aborted) {
      const from = performance.now()
      try {
        if (mustList) await relist()
        mustList = false
        await follow(signal)
        if (performance.now() - from >= SHORT_WATCH_MS) pause = backoffMs
        else await rest(signal, pause) // a watch that ends at once would be dialled again at once
      } catch (error) {
        if (signal.aborted) return
        // Only a version that is too old makes a list necessary; whatever else broke, the watch goes on from where it was.
        if (isKubeError(error, 'gone')) mustList = true
        else log(`${path}: ${error instanceof Error ? error.message : String(error)}; going on in ${Math.round(pause)} ms`)
        await rest(signal, pause)
        pause = Math.min(pause * 2, LONGEST_BACKOFF_MS)
      }
    }
  }

  return {
    run,
    synced,
    get: (namespace, name) => objects.get(`${namespace ?? ''}/${name}`),
    all: () => [...objects.values()],
    silentMs: () => performance.now() - heardAt,
    hasSeen: (object) => {
      const held = objects.get(keyOf(object))
      if (held === undefined) return version !== '' && BigInt(version) >= BigInt(object.metadata.resourceVersion)
      return held.metadata.uid !== object.metadata.uid || !isNewer(object, held)
    },
  }
}

/** Versions are compared as numbers: documented as comparable from 1.35 on, and so since etcd. */
function isNewer(object: KubeObject, held: KubeObject): boolean {
  return BigInt(object.metadata.resourceVersion) > BigInt(held.metadata.resourceVersion)
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`
}

/** managedFields are half of many an object and nobody here reads them. */
function slimDown<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { readonly managedFields?: unknown }
  return Object.freeze({ ...object, metadata })
}

async function rest(signal: AbortSignal, ms: number): Promise<void> {
  await delay(ms * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
}
