// Secrets that the operator writes: created under a fixed name, replaced on top of the version that was read, and never
// touched when they are somebody else's.
import { OPERATOR_LOGIN } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode, KubeObject, OwnerReference } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError, KubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { Problem } from '../decide/types.ts'
import { clusterLabels, ownedByCluster, ownedByNode } from '../desired/metadata.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import type { World } from '../world.ts'

export type SecretInput = {
  readonly client: KubeClient
  readonly cluster: CassandraCluster
  readonly world: World
  /** As last seen, this pass's own writes included. */
  readonly find: (name: string) => Secret | undefined
  readonly wrote: (secret: Secret, reason: string) => void
}

export type WantedSecret = {
  readonly name: string
  readonly type: 'kubernetes.io/basic-auth' | 'kubernetes.io/tls'
  readonly labels: Readonly<Record<string, string>>
  readonly owners: readonly OwnerReference[]
  readonly data: Readonly<Record<string, string>>
  readonly reason: string
}

/** The operator's login, and the superuser's, which is then the user's to change; made once. Answers what is in the way. */
export async function ensureLogins(input: SecretInput): Promise<Problem | undefined> {
  const { auth } = input.cluster.spec
  const { name } = input.cluster.metadata
  if (auth?.enabled === false) return undefined
  const own = await ensureLogin(input, names.operatorLoginSecret(name), OPERATOR_LOGIN)
  if (auth?.superuserSecretRef !== undefined) return own
  return own ?? ensureLogin(input, names.superuserSecret(name), 'admin')
}

async function ensureLogin(input: SecretInput, name: string, username: string): Promise<Problem | undefined> {
  const owners = ownedByCluster(input.cluster)
  const held = input.find(name)
  if (held !== undefined && isOwned(held, owners)) return undefined
  const wanted: WantedSecret = {
    name,
    type: 'kubernetes.io/basic-auth',
    labels: clusterLabels(input.cluster),
    owners,
    data: { username, password: input.world.newPassword() },
    reason: `there is no login ${username} yet`,
  }
  return writeSecret(input, wanted).then(
    () => undefined,
    (error: unknown) => problemOf(error, name),
  )
}

/** @throws when the Secret that the pod of a node would mount is not there, or is somebody else's */
export function requireNodeSecret({ find }: SecretInput, record: CassandraNode): void {
  const name = names.nodeSecret(record.metadata.name)
  const held = find(name)
  if (held === undefined || !isOwned(held, ownedByNode(record)))
    throw new Error(`Secret ${name}, which the pod mounts, is not there or not ours`)
}

/** What the user must change before the Secret can be written. @throws whatever goes away by itself */
export function problemOf(error: unknown, name: string): Problem {
  if (error instanceof NameConflict) return { reason: 'NameConflict', message: error.message }
  if (!isKubeError(error, 'forbidden') && !isKubeError(error, 'invalid')) throw error
  return { reason: 'SecretInvalid', message: `the API server refuses Secret ${name}: ${(error as Error).message}` }
}

/** @throws NameConflict; a conflict when the Secret is another one than the one last seen: then look again and decide again */
export async function writeSecret(input: SecretInput, wanted: WantedSecret): Promise<void> {
  const { client, cluster } = input
  const { name, type, labels, owners } = wanted
  const { namespace = '' } = cluster.metadata
  const data = Object.fromEntries(Object.entries(wanted.data).map(([key, text]) => [key, Buffer.from(text).toString('base64')]))
  const held = input.find(name)
  if (held !== undefined && !isOwned(held, owners)) throw new NameConflict(name)
  if (held !== undefined) {
    input.wrote(await replace(client, namespace, { ...held, metadata: labelled(held, labels), data }), wanted.reason)
    return
  }
  const body = { apiVersion: 'v1', kind: 'Secret', type, metadata: { name, namespace, labels, ownerReferences: owners }, data }
  try {
    input.wrote(await client.create<Secret>(pathOf(resources.secrets, namespace), body), wanted.reason)
  } catch (error) {
    if (!isKubeError(error, 'exists')) throw error
    const live = await client.get<Secret>(pathOf(resources.secrets, namespace, name))
    if (live !== undefined && !isOwned(live, owners)) throw new NameConflict(name)
    await relabel(client, namespace, live, labels)
    throw new KubeError(409, 'Conflict', `Secret ${name} is there already, which the last look did not show`)
  }
}

/** Our store finds by label: a Secret that lost its labels would be missing for ever, and its content must not be made anew. */
async function relabel(client: KubeClient, namespace: string, live: Secret | undefined, labels: WantedSecret['labels']): Promise<void> {
  const isComplete = Object.entries(labels).every(([key, value]) => live?.metadata.labels?.[key] === value)
  if (live !== undefined && !isComplete) await replace(client, namespace, { ...live, metadata: labelled(live, labels) })
}

async function replace(client: KubeClient, namespace: string, secret: Secret): Promise<Secret> {
  const body = { ...secret, apiVersion: 'v1', kind: 'Secret' }
  try {
    return await client.replace<Secret>(pathOf(resources.secrets, namespace, secret.metadata.name), body)
  } catch (error) {
    if (!isKubeError(error, 'notFound')) throw error
    throw new KubeError(409, 'Conflict', `Secret ${secret.metadata.name} is gone since the last look`)
  }
}

function labelled({ metadata }: Secret, labels: WantedSecret['labels']): KubeObject['metadata'] {
  return { ...metadata, labels: { ...metadata.labels, ...labels } }
}

function isOwned({ metadata }: Secret, owners: readonly OwnerReference[]): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === owners[0]?.uid) ?? false
}

/** An object of a name that we need is somebody else's; it is never touched. */
class NameConflict extends Error {
  constructor(name: string) {
    super(`Secret ${name} exists and does not belong to this cluster`)
  }
}
