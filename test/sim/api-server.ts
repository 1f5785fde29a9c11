// The API server as the operator meets it: versions, uids, conflicts, preconditions, generations, the status subresource,
// graceful deletion of pods, garbage collection by owner. Objects are never changed in place.
import type { KubeObject, OwnerReference } from '../../api/objects.ts'
import { KubeError } from '../../kube/errors.ts'
import { deepEqual } from '../../lib/deep-equal.ts'
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'

export type Body = {
  readonly kind?: string
  readonly metadata: Record<string, unknown>
  readonly spec?: unknown
  readonly status?: unknown
}
export type Live = KubeObject & { readonly spec?: unknown; readonly status?: unknown }
type Change = { readonly collection: string; readonly object: Live; readonly isGone: boolean }
export type Preconditions = { readonly uid?: string; readonly resourceVersion?: string }

export type ApiServer = {
  readonly get: (path: string) => Live | undefined
  readonly list: (path: string) => readonly Live[]
  readonly version: () => string
  readonly create: (path: string, body: Body, dryRun?: boolean) => Live
  readonly apply: (path: string, body: Body) => Live
  readonly replace: (path: string, body: Body) => Live
  readonly merge: (path: string, body: Body) => Live
  readonly remove: (path: string, preconditions?: Preconditions) => void
  /** As a user, a kubelet or a controller changes an object: against the newest version. */
  readonly change: (path: string, change: (object: Live) => Live) => void
  /** The end of a pod whose containers have ended. */
  readonly erase: (path: string) => void
  readonly onChange: (listener: (change: Change) => void) => () => void
}

type Address = { readonly collection: string; readonly namespace: string; readonly name: string; readonly subresource: string | undefined }

const PATH = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/

/** @param admit throws what an admission controller would answer */
export function createApiServer(clock: Clock, random: Random, admit: (collection: string, body: Body) => void): ApiServer {
  const collections = new Map<string, Map<string, Live>>()
  const listeners = new Set<(change: Change) => void>()
  const addresses = new Map<string, Address>()
  let version = 100

  const addressOf = (path: string): Address => {
    let address = addresses.get(path)
    if (address === undefined) {
      const found = PATH.exec(path)
      if (found === null) throw new Error(`no path of the API server: ${path}`)
      const [, api, namespace = '', plural, name = '', subresource] = found
      address = { collection: `${api}/${plural}`, namespace, name, subresource }
      addresses.set(path, address)
    }
    return address
  }
  const objects = (collection: string): Map<string, Live> => {
    let held = collections.get(collection)
    if (held === undefined) {
      held = new Map()
      collections.set(collection, held)
    }
    return held
  }
  const read = ({ collection, namespace, name }: Address): Live | undefined => objects(collection).get(`${namespace}/${name}`)
  const mustRead = (address: Address): Live => {
    const live = read(address)
    if (live === undefined) throw new KubeError(404, 'NotFound', `${address.collection} "${address.name}" not found`)
    return live
  }
  const tell = (change: Change): void => {
    for (const listener of [...listeners]) listener(change)
  }
  const store = (address: Address, object: Live): Live => {
    version++
    const stamped: Live = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    objects(address.collection).set(`${address.namespace}/${address.name}`, stamped)
    tell({ collection: address.collection, object: stamped, isGone: false })
    return stamped
  }
  /** A write that changes nothing makes no new version. */
  const update = (address: Address, before: Live, after: Live): Live => {
    const isSpecSame = deepEqual(before.spec, after.spec)
    if (isSpecSame && deepEqual(before, { ...after, metadata: { ...after.metadata, resourceVersion: before.metadata.resourceVersion } }))
      return before
    const { generation } = before.metadata
    const raised = generation === undefined || isSpecSame ? {} : { generation: generation + 1 }
    return store(address, { ...after, metadata: { ...after.metadata, ...raised } })
  }
  const drop = (address: Address): void => {
    const live = read(address)
    if (live === undefined) return
    objects(address.collection).delete(`${address.namespace}/${address.name}`)
    version++
    const last = { ...live, metadata: { ...live.metadata, resourceVersion: String(version) } }
    tell({ collection: address.collection, object: last, isGone: true })
    clock.after(random.between(100, 2_000), () => collect(live.metadata.uid))
  }
  const collect = (owner: string): void => {
    for (const [collection, held] of collections)
      for (const object of [...held.values()])
        if (object.metadata.ownerReferences?.some(({ uid }) => uid === owner)) removeAt(addressIn(collection, object), {})
  }
  const addressIn = (collection: string, { metadata }: Live): Address => ({
    collection,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    subresource: undefined,
  })
  const removeAt = (address: Address, { uid, resourceVersion }: Preconditions): void => {
    const live = mustRead(address)
    if (uid !== undefined && uid !== live.metadata.uid)
      throw new KubeError(409, 'Conflict', `the uid in the precondition is not that of ${address.name}`)
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
      throw new KubeError(409, 'Conflict', `${address.name} has changed`)
    if (address.collection !== '/api/v1/pods') drop(address)
    else if (live.metadata.deletionTimestamp === undefined)
      store(address, { ...live, metadata: { ...live.metadata, deletionTimestamp: new Date(clock.now()).toISOString() } })
  }
  const isAlive = ({ uid }: OwnerReference): boolean =>
    [...collections.values()].some((held) => [...held.values()].some((object) => object.metadata.uid === uid))

  const create = (path: string, body: Body, dryRun = false): Live => {
    const name = String(body.metadata.name)
    const address = { ...addressOf(path), name }
    admit(address.collection, body)
    if (read(address) !== undefined) throw new KubeError(409, 'AlreadyExists', `${address.collection} "${name}" already exists`)
    const { stringData, ...rest } = body as Body & { readonly stringData?: Record<string, string> }
    const object = {
      ...rest,
      ...(stringData === undefined ? {} : { data: encode(stringData) }),
      metadata: {
        ...body.metadata,
        uid: random.uid(),
        creationTimestamp: new Date(clock.now()).toISOString(),
        resourceVersion: '',
        ...(address.collection.startsWith('/apis/ringkeeper.io') ? { generation: 1 } : {}),
      },
    } as unknown as Live
    if (dryRun) return object
    const made = store(address, object)
    // A controller of Kubernetes removes what was made for an owner that is gone.
    const owners = made.metadata.ownerReferences ?? []
    if (owners.length > 0 && !owners.some(isAlive))
      clock.after(random.between(100, 2_000), () => {
        for (const { uid } of owners) collect(uid)
      })
    return made
  }
  const merge = (path: string, body: Body): Live => {
    const address = addressOf(path)
    const live = mustRead(address)
    const { uid, resourceVersion } = body.metadata as Preconditions
    if (uid !== undefined && uid !== live.metadata.uid) throw new KubeError(409, 'Conflict', `the uid is not that of ${address.name}`)
    if (resourceVersion !== undefined && resourceVersion !== live.metadata.resourceVersion)
      throw new KubeError(409, 'Conflict', `${address.name} has changed`)
    return update(address, live, mergeInto(live, body) as Live)
  }

  return {
    get: (path) => read(addressOf(path)),
    list: (path) => {
      const { collection, namespace } = addressOf(path)
      const all = [...objects(collection).values()]
      return namespace === '' ? all : all.filter(({ metadata }) => metadata.namespace === namespace)
    },
    version: () => String(version),
    create,
    apply: (path, body) => {
      const address = addressOf(path)
      const live = read(address)
      if (live === undefined) return create(path.slice(0, path.lastIndexOf('/')), body)
      return update(address, live, { ...(mergeInto(live, body) as Live), ...(body.spec === undefined ? {} : { spec: body.spec }) })
    },
    replace: (path, body) => {
      const address = addressOf(path)
      const live = mustRead(address)
      const { uid, resourceVersion } = body.metadata as Preconditions
      if (uid !== live.metadata.uid) throw new KubeError(409, 'Conflict', `the uid is not that of ${address.name}`)
      if (resourceVersion !== live.metadata.resourceVersion) throw new KubeError(409, 'Conflict', `${address.name} has changed`)
      if (address.subresource === 'status') return update(address, live, { ...live, status: body.status })
      return update(address, live, { ...(body as unknown as Live), status: live.status })
    },
    merge,
    remove: (path, preconditions = {}) => removeAt(addressOf(path), preconditions),
    change: (path, change) => {
      const address = addressOf(path)
      const live = read(address)
      if (live !== undefined) update(address, live, change(live))
    },
    erase: (path) => drop(addressOf(path)),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function mergeInto(live: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const base = typeof live === 'object' && live !== null && !Array.isArray(live) ? (live as Record<string, unknown>) : {}
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key]
    else if (value !== undefined) merged[key] = mergeInto(base[key], value)
  }
  return merged
}

function encode(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]))
}
