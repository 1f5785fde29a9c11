import { createHash } from 'node:crypto'
import { type Login, OPERATOR_LOGIN } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { Snapshot } from '../decide/types.ts'
import { decodeSecret } from '../snapshot/decode-secret.ts'
import type { Secret } from '../snapshot/kube-types.ts'

/** The superuser's login, read fresh; or what is wrong with its Secret, in words. */
export async function readSuperuser(client: KubeClient, cluster: CassandraCluster): Promise<Login | string> {
  const name = cluster.spec.auth?.superuserSecretRef?.name ?? names.superuserSecret(cluster.metadata.name)
  const secret = await client.get<Secret>(pathOf(resources.secrets, cluster.metadata.namespace, name))
  if (secret === undefined) return `Secret ${name} does not exist; create it with the keys username and password`
  const { username, password } = decodeSecret(secret)
  for (const [key, value] of Object.entries({ username, password })) {
    if (value === undefined || value === '') return `Secret ${name} has no ${key}; add the key ${key}`
  }
  if (username === 'cassandra') return `Secret ${name} has the username cassandra, the login that Ringkeeper disables; choose another`
  if (username === OPERATOR_LOGIN) return `Secret ${name} has the username ${username}, the login of the operator itself; choose another`
  return { username: username ?? '', password: password ?? '' }
}

/** The operator's own login, read fresh. @throws when its Secret is not there yet */
export async function readOperatorLogin(client: KubeClient, { metadata }: CassandraCluster): Promise<Login> {
  const name = names.operatorLoginSecret(metadata.name)
  const secret = await client.get<Secret>(pathOf(resources.secrets, metadata.namespace, name))
  const { username = '', password = '' } = secret === undefined ? {} : decodeSecret(secret)
  if (username === '' || password === '')
    throw new Error(`Secret ${name} is not there yet or holds no login; delete it, and it is made anew`)
  return { username, password }
}

/** For the snapshot: a revision that tells nothing about the password (salted with the cluster), or the problem. */
export function superuserFact(cluster: CassandraCluster, login: Login | string): Snapshot['superuser'] {
  if (cluster.spec.auth?.enabled === false) return undefined
  if (typeof login === 'string') return { reason: 'SecretInvalid', message: login }
  const revision = createHash('sha256')
    .update(JSON.stringify([cluster.metadata.uid, login.username, login.password]))
    .digest('hex')
  return { revision: revision.slice(0, 16) }
}
