// The objects of one resource as last seen: a list is the truth, a watch event only if it is news (engineering.md section 4,
// rules 3, 7, 9, 11).
import type { KubeObject } from '../api/objects.ts'
import type { WatchEvent } from './watch.ts'

export type Shelf<T extends KubeObject> = {
  /** Takes the list as it is, also when the server went back in time. */
  readonly replaceAll: (items: readonly T[], version: string) => void
  readonly apply: (event: WatchEvent<T>) => void
  /** Everything up to this version has been seen; a watch goes on from here. 0 before the first list. */
  readonly version: () => string
  readonly get: (namespace: string | undefined, name: string) => T | undefined
  readonly all: () => readonly T[]
  /** Read your writes: whether the shelf has passed what a write returned, be it deleted since. */
  readonly hasSeen: (object: KubeObject) => boolean
}

/**
 * @param keep what of an object is kept
 * @param tell is told after each change what is there now and what was there before
 */
export function createShelf<T extends KubeObject>(
  keep: (object: T) => T,
  tell: (object: T | undefined, before: T | undefined) => void,
): Shelf<T> {
  const objects = new Map<string, T>()
  let version = '0'

  const set = (object: T): void => {
    const before = objects.get(keyOf(object))
    const isSame = before?.metadata.uid === object.metadata.uid
    if (isSame && before?.metadata.resourceVersion === object.metadata.resourceVersion) return
    const kept = freeze(withoutManagedFields(keep(object)))
    objects.set(keyOf(object), kept)
    if (before !== undefined && !isSame) tell(undefined, before) // a namesake, not a change
    tell(kept, isSame ? before : undefined)
  }

  const remove = (object: T): void => {
    const before = objects.get(keyOf(object))
    if (before === undefined || before.metadata.uid !== object.metadata.uid) return
    objects.delete(keyOf(object))
    tell(undefined, before)
  }

  return {
    replaceAll: (items, listed) => {
      version = listed
      const present = new Set(items.map((object) => object.metadata.uid))
      for (const object of [...objects.values()]) if (!present.has(object.metadata.uid)) remove(object)
      for (const object of items) set(object)
    },
    apply: ({ type, object }) => {
      const { resourceVersion } = object.metadata
      if (isOlder(resourceVersion, version)) return // late
      version = resourceVersion
      if (type === 'DELETED') remove(object)
      else if (type !== 'BOOKMARK') set(object)
    },
    version: () => version,
    get: (namespace, name) => objects.get(`${namespace ?? ''}/${name}`),
    all: () => [...objects.values()],
    hasSeen: (object) => !isOlder(version, object.metadata.resourceVersion),
  }
}

/** Versions are compared as numbers: documented as comparable from 1.35 on, and so since etcd. */
function isOlder(a: string, b: string): boolean {
  return BigInt(a) < BigInt(b)
}

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`
}

/** They are half of many an object and nobody here reads them. */
function withoutManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata as T['metadata'] & { readonly managedFields?: unknown }
  return { ...object, metadata }
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}
