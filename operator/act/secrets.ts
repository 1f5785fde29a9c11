// Secrets that the operator makes once and never overwrites: superuser, authority of the agents, certificates.
import { randomBytes } from 'node:crypto'
import { OPERATOR_COMMON_NAME } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode, OwnerReference } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import { createAuthority, issueCertificate, type KeyPair } from '../../lib/x509.ts'
import { clusterLabels, nodeLabels, ownedByCluster, ownedByNode } from '../desired/metadata.ts'
import type { Secret } from '../snapshot/kube-types.ts'

/** As long as the cluster may live; a renewal would have to restart nothing, and is not needed before. */
const DAYS = 20 * 365

export type SecretInput = {
  readonly client: KubeClient
  readonly cluster: CassandraCluster
  readonly find: (name: string) => Secret | undefined
}

/** Makes what is missing; answers the authority and the operator's own certificate. */
export async function ensureClusterSecrets(input: SecretInput): Promise<{ readonly authority: KeyPair; readonly operator: KeyPair }> {
  const { cluster } = input
  const { name } = cluster.metadata
  const now = Date.now()
  if (cluster.spec.auth?.enabled !== false && cluster.spec.auth?.superuserSecretRef === undefined) {
    await ensure(input, names.superuserSecret(name), 'kubernetes.io/basic-auth', async () => ({
      username: 'admin',
      password: randomBytes(24).toString('base64url'),
    }))
  }
  const authority = await ensurePair(input, names.agentAuthoritySecret(name), async () => {
    const pair = await createAuthority(`ringkeeper-agents-${cluster.metadata.uid}`, now, DAYS)
    return { ...pair, ca: pair.cert }
  })
  const operator = await ensurePair(input, names.operatorSecret(name), async () => ({
    ...(await issueCertificate(authority, { commonName: OPERATOR_COMMON_NAME, usages: ['client'] }, now, DAYS)),
    ca: authority.cert,
  }))
  return { authority, operator }
}

/** The certificate of a node names its uid, which is what the operator checks. */
export async function ensureNodeSecret(input: SecretInput, authority: KeyPair, node: CassandraNode): Promise<void> {
  const subject = { commonName: node.metadata.name, dnsNames: [node.spec.nodeUID], usages: ['server'] as const }
  const labels = nodeLabels(input.cluster, node)
  await ensurePair(
    input,
    names.nodeSecret(node.metadata.name),
    async () => ({ ...(await issueCertificate(authority, subject, Date.now(), DAYS)), ca: authority.cert }),
    labels,
    ownedByNode(node),
  )
}

async function ensurePair(
  input: SecretInput,
  name: string,
  make: () => Promise<KeyPair & { readonly ca: string }>,
  labels?: Readonly<Record<string, string>>,
  owners?: readonly OwnerReference[],
): Promise<KeyPair> {
  const data = await ensure(
    input,
    name,
    'kubernetes.io/tls',
    async () => {
      const { cert, key, ca } = await make()
      return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca }
    },
    labels,
    owners,
  )
  return { cert: data['tls.crt'] ?? '', key: data['tls.key'] ?? '' }
}

async function ensure(
  { client, cluster, find }: SecretInput,
  name: string,
  type: string,
  make: () => Promise<Readonly<Record<string, string>>>,
  labels = clusterLabels(cluster),
  owners = ownedByCluster(cluster),
): Promise<Readonly<Record<string, string>>> {
  const held = find(name)
  const owner = owners[0]?.uid
  if (held?.metadata.ownerReferences?.some(({ uid }) => uid === owner)) return decode(held)
  const { namespace = '' } = cluster.metadata
  const body = {
    apiVersion: 'v1',
    kind: 'Secret',
    type,
    metadata: { name, namespace, labels, ownerReferences: owners },
    stringData: await make(),
  }
  try {
    return decode(await client.create<Secret>(pathOf(resources.secrets, namespace), body))
  } catch (error) {
    if (!isKubeError(error, 'exists')) throw error
    const live = await client.get<Secret>(pathOf(resources.secrets, namespace, name))
    if (live?.metadata.ownerReferences?.some(({ uid }) => uid === owner)) return decode(live)
    throw new NameConflict(`Secret ${name} exists and does not belong to this cluster`)
  }
}

/** An object of a name that we need is somebody else's; it is never touched. */
export class NameConflict extends Error {}

export function decode(secret: Secret): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]))
}
