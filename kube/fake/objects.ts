// What the fake API server holds: objects with uid and resourceVersion, and the history that its watches read.
import { KubeError } from '../errors.ts'

export type Stored = {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string; readonly resourceVersion: string }
  readonly [field: string]: unknown
}
export type Change = {
  readonly collection: string
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: Stored
  readonly version: number
}
export type Body = { readonly metadata?: Readonly<Record<string, unknown>>; readonly [field: string]: unknown }

export type Objects = {
  readonly version: () => number
  /** Of a collection such as `/api/v1/pods`, in all namespaces or in one. */
  readonly list: (collection: string, namespace?: string) => readonly Stored[]
  readonly get: (collection: string, namespace: string | undefined, name: string) => Stored | undefined
  readonly create: (collection: string, namespace: string | undefined, body: Body) => Stored
  /** A conflict when the body carries another version than the live one. */
  readonly update: (collection: string, live: Stored, body: Body) => Stored
  readonly remove: (collection: string, live: Stored, preconditions?: { readonly uid?: string; readonly resourceVersion?: string }) => void
  readonly since: (version: number) => readonly Change[]
  readonly onChange: (listener: (change: Change) => void) => void
}

export function createObjects(): Objects {
  const held = new Map<string, Stored>()
  const history: Change[] = []
  const listeners: ((change: Change) => void)[] = []
  let version = 100
  let made = 0
  const keyOf = (collection: string, namespace: string | undefined, name: string): string => `${collection} ${namespace ?? ''}/${name}`

  const record = (collection: string, type: Change['type'], object: Stored): Stored => {
    const { namespace, name } = object.metadata
    if (type === 'DELETED') held.delete(keyOf(collection, namespace, name))
    else held.set(keyOf(collection, namespace, name), object)
    const change = { collection, type, object, version }
    history.push(change)
    for (const listener of listeners) listener(change)
    return object
  }
  const stamped = (body: Body, live: { readonly uid: string; readonly name: string; readonly namespace?: string }): Stored =>
    ({ ...body, metadata: { ...body.metadata, ...live, resourceVersion: String(++version) } }) as Stored

  return {
    version: () => version,
    list: (collection, namespace) =>
      [...held]
        .filter(([key, { metadata }]) => key.startsWith(`${collection} `) && (namespace === undefined || metadata.namespace === namespace))
        .map(([, object]) => object),
    get: (collection, namespace, name) => held.get(keyOf(collection, namespace, name)),
    create: (collection, namespace, body) => {
      const { name = `${body.metadata?.generateName}${made}` } = body.metadata ?? {}
      if (held.has(keyOf(collection, namespace, String(name)))) throw new KubeError(409, 'AlreadyExists', `${name} exists`)
      const identity = { uid: `uid-${++made}`, name: String(name), ...(namespace === undefined ? {} : { namespace }) }
      return record(collection, 'ADDED', stamped(body, identity))
    },
    update: (collection, live, body) => {
      const { resourceVersion, uid } = body.metadata ?? {}
      const isOther =
        (uid !== undefined && uid !== live.metadata.uid) ||
        (resourceVersion ?? live.metadata.resourceVersion) !== live.metadata.resourceVersion
      if (isOther) throw new KubeError(409, 'Conflict', `${live.metadata.name} has been modified`)
      return record(collection, 'MODIFIED', stamped(body, live.metadata))
    },
    remove: (collection, live, preconditions = {}) => {
      const { uid = live.metadata.uid, resourceVersion = live.metadata.resourceVersion } = preconditions
      if (uid !== live.metadata.uid || resourceVersion !== live.metadata.resourceVersion) {
        throw new KubeError(409, 'Conflict', `the preconditions do not hold for ${live.metadata.name}`)
      }
      record(collection, 'DELETED', stamped(live, live.metadata))
    },
    since: (from) => history.filter((change) => change.version > from),
    onChange: (listener) => listeners.push(listener),
  }
}
