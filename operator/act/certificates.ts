// Makes, renews and rotates the certificates between operator and agents: plans, writes, and plans again until nothing
// is due (operator/certificates/plan.ts says why the order is safe).
import { OPERATOR_COMMON_NAME, type TlsView } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraNode } from '../../api/objects.ts'
import { type Fact, known, unknown } from '../../lib/result.ts'
import type { KeyPair } from '../../lib/x509.ts'
import type { ClientCredentials } from '../agents/client.ts'
import type { Certificates } from '../certificates/certificates.ts'
import { AUTHORITY_DAYS, type Authority, type CertificateState, LEAF_DAYS, planCertificates, type Write } from '../certificates/plan.ts'
import { type AuthorityPairs, createSecretReader } from '../certificates/read-secrets.ts'
import type { NodeView, Problem } from '../decide/types.ts'
import { clusterLabels, nodeLabels, ownedByCluster, ownedByNode } from '../desired/metadata.ts'
import { decodeSecret } from '../snapshot/decode-secret.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import { problemOf, type SecretInput, type WantedSecret, writeSecret } from './secrets.ts'

export type NodeWord = { readonly record: CassandraNode; readonly agent: Fact<TlsView> | 'NoPod' }

export type CertificateOutcome = {
  /** What the operator shows to agents; undefined while it has nothing. */
  readonly credentials: ClientCredentials | undefined
  /** Secrets that are needed and cannot be made. */
  readonly problems: readonly Problem[]
  /** What the API server refuses to renew, while the old one still serves. */
  readonly overdue: string | undefined
}

export type EnsureCertificates = (input: SecretInput, nodes: readonly NodeWord[]) => Promise<CertificateOutcome>

/** An authority, what follows from it, and the end of a rotation; more would be a plan that contradicts itself. */
const ROUNDS = 5

export function createEnsureCertificates(certificates: Certificates): EnsureCertificates {
  const reader = createSecretReader(certificates)

  /** One look at all Secrets: the store may move on while they are written, and a plan holds for what it has seen. */
  const look = (input: SecretInput, nodes: readonly NodeWord[]) => {
    const { name, uid } = input.cluster.metadata
    const seen = new Map(
      [
        names.agentAuthoritySecret(name),
        names.operatorSecret(name),
        ...nodes.map(({ record }) => names.nodeSecret(record.metadata.name)),
      ].map((secret) => [secret, input.find(secret)]),
    )
    const ours = (secret: string, owner: string): Secret | undefined => {
      const found = seen.get(secret)
      return found?.metadata.ownerReferences?.some((reference) => reference.uid === owner) ? found : undefined
    }
    const pairs = reader.authority(ours(names.agentAuthoritySecret(name), uid))
    const operator = ours(names.operatorSecret(name), uid)
    const state: CertificateState = {
      now: input.world.now(),
      authority: pairs?.authority,
      operator: reader.held(operator),
      nodes: nodes.map(({ record: { metadata }, agent }) => ({
        node: metadata.name,
        held: reader.held(ours(names.nodeSecret(metadata.name), metadata.uid)),
        agent,
      })),
    }
    return { input: { ...input, find: (secret: string) => seen.get(secret) }, pairs, state, operator }
  }

  return async (input, nodes) => {
    const problems: Problem[] = []
    let overdue: string | undefined
    let picture = look(input, nodes)
    for (let round = 0; round < ROUNDS && problems.length === 0 && overdue === undefined; round++) {
      const writes = planCertificates(picture.state)
      if (writes.length === 0) break
      for (const write of writes) {
        const wanted = await render(picture.input, nodes, write, picture.pairs, certificates)
        try {
          await writeSecret(picture.input, wanted)
        } catch (error) {
          const problem = problemOf(error, wanted.name)
          if (problem.reason !== 'NameConflict' && picture.input.find(wanted.name) !== undefined) overdue = problem.message
          else problems.push(problem)
          if (write.kind !== 'node') break // what follows would build on it
        }
      }
      picture = look(input, nodes)
    }
    const { operator, state } = picture
    if (operator === undefined || state.operator.leaf === undefined) {
      const rest: readonly Problem[] = overdue === undefined ? [] : [{ reason: 'SecretInvalid', message: overdue }]
      return { credentials: undefined, problems: [...problems, ...rest], overdue }
    }
    const { 'tls.crt': cert = '', 'tls.key': key = '', 'ca.crt': ca = '' } = decodeSecret(operator)
    return { credentials: { cert, key, ca }, problems, overdue }
  }
}

/** What the agent of a node says of its certificates. */
export function wordOf({ record, pod, own }: NodeView): NodeWord {
  if (pod === undefined) return { record, agent: 'NoPod' }
  if (!own.known) return { record, agent: own }
  const { tls } = own.value
  return { record, agent: tls === undefined ? unknown('NoView', 'its agent does not say what it trusts') : known(tls, own.at) }
}

async function render(
  input: SecretInput,
  nodes: readonly NodeWord[],
  write: Write,
  pairs: AuthorityPairs | undefined,
  certificates: Certificates,
): Promise<WantedSecret> {
  const { cluster, world, find } = input
  const ofCluster = {
    type: 'kubernetes.io/tls',
    labels: clusterLabels(cluster),
    owners: ownedByCluster(cluster),
    reason: write.reason,
  } as const
  if (write.kind === 'authority') {
    // A name of its own for each, so that no check of a chain can mix two up.
    const commonName = `ringkeeper-agents-${cluster.metadata.uid}-${world.now().toString(36)}`
    const newest =
      write.make || pairs === undefined ? await certificates.createAuthority(commonName, world.now(), AUTHORITY_DAYS) : pairs.newest
    const previous = write.previous === undefined ? undefined : signer(write.previous, pairs)
    const data = {
      ...pairData(newest, [newest.cert, ...write.carried.map(({ pem }) => pem)]),
      ...(previous === undefined ? {} : { 'previous.crt': previous.cert, 'previous.key': previous.key }),
    }
    return { ...ofCluster, name: names.agentAuthoritySecret(cluster.metadata.name), data }
  }
  const record = nodes.find((node) => node.record.metadata.name === write.node)?.record
  const name = record === undefined ? names.operatorSecret(cluster.metadata.name) : names.nodeSecret(record.metadata.name)
  // A node's certificate names its uid, which is what the operator checks.
  const subject =
    record === undefined
      ? ({ commonName: OPERATOR_COMMON_NAME, usages: ['client'] } as const)
      : ({ commonName: record.metadata.name, dnsNames: [record.spec.nodeUID], usages: ['server'] } as const)
  const { 'tls.crt': cert = '', 'tls.key': key = '' } = decodeSecret(find(name) ?? ({} as Secret))
  const pair =
    write.signer === undefined
      ? { cert, key }
      : await certificates.issueCertificate(signer(write.signer, pairs), subject, world.now(), LEAF_DAYS)
  const owner = record === undefined ? {} : { labels: nodeLabels(cluster, record), owners: ownedByNode(record) }
  return {
    ...ofCluster,
    ...owner,
    name,
    data: pairData(
      pair,
      write.trust.map(({ pem }) => pem),
    ),
  }
}

function pairData({ cert, key }: KeyPair, bundle: readonly string[]): Readonly<Record<string, string>> {
  return { 'tls.crt': cert, 'tls.key': key, 'ca.crt': bundle.join('') }
}

/** The authority of a fingerprint, with its key. */
function signer(fingerprint: string, pairs: AuthorityPairs | undefined): KeyPair {
  const is = (candidate: Authority['previous']): boolean => candidate?.fingerprint === fingerprint
  const found = is(pairs?.authority.newest) ? pairs?.newest : is(pairs?.authority.previous) ? pairs?.previous : undefined
  if (found === undefined) throw new Error(`the plan names the authority ${fingerprint}, whose key is not there`)
  return found
}
