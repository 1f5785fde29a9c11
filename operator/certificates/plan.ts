// Which Secrets of the mutual TLS between operator and agents are due, and why. Pure; called until it asks for nothing.
//
// The authority Secret holds the newest authority, the one before it with its key while that may be needed, and the
// bundle of all that are trusted. A change of authority goes through three states, told apart by what the Secrets hold
// and what the agents say, and by nothing else:
//   spread  the newest authority enters every bundle; certificates are still signed by the one before
//   move    every agent says that it trusts the newest: certificates are signed by it
//   drop    every agent says that it serves such a certificate: the others leave the bundles
// What this guarantees, at every instant and with agents whose mounted files are old: operator and agent accept each
// other, because (a) nobody signs with an authority before all who must accept it have said that they trust it, and
// (b) no authority leaves a bundle before all have said that they use another. An agent that is silent has said nothing.
// A renewal below the same authority needs nobody's word. Lost Secrets are the same path: a lost authority is one whose
// key is gone, and what the other bundles hold stays trusted until nobody needs it.
import type { TlsView } from '../../api/agent.ts'
import type { Certificate } from '../../lib/certificate.ts'
import type { Fact, Millis } from '../../lib/result.ts'

/** Certificate of the operator or of a node, as its Secret holds it. */
export type Held = {
  /** undefined: missing, unreadable, or not signed by one of the bundle. */
  readonly leaf: (Certificate & { readonly issuer: string }) | undefined
  readonly trust: readonly Certificate[]
}

export type Authority = {
  readonly newest: Certificate
  /** The one before, when its key is there. */
  readonly previous: Certificate | undefined
  /** The newest, and all that must stay trusted beside it. */
  readonly trust: readonly Certificate[]
}

export type NodeCertificates = {
  readonly node: string
  readonly held: Held
  /** What its agent says; NoPod: there is no pod, so nobody holds old files. */
  readonly agent: Fact<TlsView> | 'NoPod'
}

export type CertificateState = {
  readonly now: Millis
  /** undefined: missing or unreadable. */
  readonly authority: Authority | undefined
  readonly operator: Held
  readonly nodes: readonly NodeCertificates[]
}

export type Write =
  | {
      readonly kind: 'authority'
      /** A new one is made; otherwise the newest stays. */
      readonly make: boolean
      /** The authority whose key is kept beside it, by fingerprint. */
      readonly previous: string | undefined
      /** Trusted beside the newest. */
      readonly carried: readonly Certificate[]
      readonly reason: string
    }
  | {
      readonly kind: 'operator' | 'node'
      /** Of the node; empty for the operator. */
      readonly node: string
      /** Fingerprint of the authority that signs a new certificate; undefined: the certificate stays. */
      readonly signer: string | undefined
      readonly trust: readonly Certificate[]
      readonly reason: string
    }

export const AUTHORITY_DAYS = 5 * 365
export const LEAF_DAYS = 90
const WEEK = 7 * 86_400_000

/** In order; after the write of an authority the rest follows from what it has become, so it stands alone. */
export function planCertificates(state: CertificateState): readonly Write[] {
  const { now, authority, operator, nodes } = state
  if (authority === undefined) {
    const carried = distinct([operator, ...nodes.map(({ held }) => held)].flatMap(({ trust }) => trust)).filter(
      (known) => known.notAfter > now,
    )
    return [{ kind: 'authority', make: true, previous: undefined, carried, reason: 'there is no readable authority' }]
  }
  const { newest, trust } = authority
  const isRotating = trust.length > 1
  if (isEnding(newest, now, 2 * WEEK) || (isOld(newest, now) && !isRotating)) {
    const previous = [newest, authority.previous].find((held) => held !== undefined && !isEnding(held, now, WEEK))?.fingerprint
    const carried = trust.filter((known) => known.notAfter > now)
    return [{ kind: 'authority', make: true, previous, carried, reason: `the authority ends at ${date(newest.notAfter)}` }]
  }
  const isSettled = everyoneUses(newest, state)
  if (isRotating && isSettled) {
    const reason = 'every agent serves a certificate of the newest authority'
    return [{ kind: 'authority', make: false, previous: undefined, carried: [], reason }]
  }
  const inUse = [operator, ...nodes.map(({ held }) => held)].flatMap(({ leaf, trust: bundle }) =>
    bundle.filter(({ fingerprint }) => fingerprint === leaf?.issuer),
  )
  const mayMove = everyoneTrusts(newest, state)
  const plan = (kind: 'operator' | 'node', node: string, held: Held): readonly Write[] => {
    const bundle = isSettled ? [newest] : distinct([...trust, ...held.trust, ...inUse])
    const due = dueLeaf(held.leaf, authority, mayMove, now)
    const isSame = bundle.length === held.trust.length && distinct([...bundle, ...held.trust]).length === bundle.length
    if (due === undefined && isSame) return []
    const reasons = [...(due === undefined ? [] : [due.reason]), ...(isSame ? [] : [`it trusts ${bundle.length} authorities from now on`])]
    return [{ kind, node, signer: due?.signer, trust: bundle, reason: reasons.join('; ') }]
  }
  // The operator first: a node's certificate may be of an authority that the operator must trust before.
  return [...plan('operator', '', operator), ...nodes.flatMap(({ node, held }) => plan('node', node, held))]
}

function dueLeaf(
  leaf: Held['leaf'],
  { newest, previous }: Authority,
  mayMove: boolean,
  now: Millis,
): { readonly signer: string; readonly reason: string } | undefined {
  // All trust the one before until it is dropped; not all may trust the newest yet.
  const safest = !mayMove && previous !== undefined && !isEnding(previous, now, WEEK) ? previous : newest
  if (leaf === undefined) return { signer: safest.fingerprint, reason: 'there is no readable certificate' }
  if (leaf.issuer !== newest.fingerprint && mayMove) {
    return { signer: newest.fingerprint, reason: 'every agent trusts the newest authority' }
  }
  const isLate = isEnding(leaf, now, WEEK)
  const own = [newest, previous].find((candidate) => candidate?.fingerprint === leaf.issuer)
  // When its own authority can do no more, some agent has been silent for long: whoever can signs, before nobody is let in.
  const signer = own !== undefined && !isEnding(own, now, WEEK) ? own : isLate ? safest : undefined
  if (signer === undefined || !(isLate || isOld(leaf, now))) return undefined
  return { signer: signer.fingerprint, reason: `the certificate ends at ${date(leaf.notAfter)}` }
}

/** Every bundle holds it, and every agent says that its own does. */
function everyoneTrusts({ fingerprint }: Certificate, { operator, nodes }: CertificateState): boolean {
  const isIn = ({ trust }: Held): boolean => trust.some((known) => known.fingerprint === fingerprint)
  return isIn(operator) && nodes.every(({ held, agent }) => isIn(held) && said(agent, ({ trusts }) => trusts.includes(fingerprint)))
}

/** Every certificate is signed by it, and every agent says that it serves one. */
function everyoneUses(authority: Certificate, state: CertificateState): boolean {
  const { fingerprint } = authority
  return (
    everyoneTrusts(authority, state) &&
    state.operator.leaf?.issuer === fingerprint &&
    state.nodes.every(({ held, agent }) => held.leaf?.issuer === fingerprint && said(agent, ({ issuer }) => issuer === fingerprint))
  )
}

/** Silence is no agreement; where there is no pod, there is nobody to ask. */
function said(agent: NodeCertificates['agent'], what: (view: TlsView) => boolean): boolean {
  return agent === 'NoPod' || (agent.known && what(agent.value))
}

/** Two thirds of its life are over. */
function isOld({ notBefore, notAfter }: Certificate, now: Millis): boolean {
  return now >= notBefore + ((notAfter - notBefore) * 2) / 3
}

/** It ends within the time, or has not begun because a clock was wrong. */
function isEnding({ notBefore, notAfter }: Certificate, now: Millis, leftMs: number): boolean {
  return now >= notAfter - leftMs || now < notBefore
}

function distinct(certificates: readonly Certificate[]): readonly Certificate[] {
  return [...new Map(certificates.map((certificate) => [certificate.fingerprint, certificate])).values()]
}

function date(at: Millis): string {
  return new Date(at).toISOString()
}
