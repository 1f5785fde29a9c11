// What the Secrets of the certificates hold, as the plan sees it. Whatever cannot be read counts as missing.
import type { Certificate } from '../../lib/certificate.ts'
import type { KeyPair } from '../../lib/x509.ts'
import { decodeSecret } from '../snapshot/decode-secret.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import type { Certificates } from './certificates.ts'
import type { Authority, Held } from './plan.ts'

export type AuthorityPairs = { readonly authority: Authority; readonly newest: KeyPair; readonly previous: KeyPair | undefined }

export type SecretReader = {
  readonly authority: (secret: Secret | undefined) => AuthorityPairs | undefined
  readonly held: (secret: Secret | undefined) => Held
}

const nothing: Held = { leaf: undefined, trust: [] }

/** A store hands out the same object until it changes, so each is read once: checking signatures at every look costs. */
export function createSecretReader(certificates: Certificates): SecretReader {
  const first = (pair: KeyPair): Certificate | undefined =>
    certificates.isPair(pair) ? certificates.readCertificates(pair.cert)[0] : undefined
  const pairs = remembered((secret): AuthorityPairs | undefined => {
    const data = decodeSecret(secret)
    const newest = pairOf(data, 'tls')
    const previous = pairOf(data, 'previous')
    const found = first(newest)
    if (found === undefined) return undefined
    const before = first(previous)
    const trust = certificates.readCertificates([newest.cert, previous.cert, data['ca.crt'] ?? ''].join('\n'))
    return { authority: { newest: found, previous: before, trust }, newest, previous: before === undefined ? undefined : previous }
  })
  const held = remembered((secret): Held => {
    const data = decodeSecret(secret)
    const trust = certificates.readCertificates(data['ca.crt'] ?? '')
    const leaf = first(pairOf(data, 'tls'))
    const issuer = leaf === undefined ? undefined : certificates.issuerOf(leaf, trust)
    return { trust, leaf: leaf === undefined || issuer === undefined ? undefined : { ...leaf, issuer: issuer.fingerprint } }
  })
  return {
    authority: (secret) => (secret === undefined ? undefined : pairs(secret)),
    held: (secret) => (secret === undefined ? nothing : held(secret)),
  }
}

function pairOf(data: Readonly<Record<string, string>>, name: string): KeyPair {
  return { cert: data[`${name}.crt`] ?? '', key: data[`${name}.key`] ?? '' }
}

function remembered<T>(read: (secret: Secret) => T): (secret: Secret) => T {
  const known = new WeakMap<Secret, { readonly value: T }>()
  return (secret) => {
    const found = known.get(secret) ?? { value: read(secret) }
    known.set(secret, found)
    return found.value
  }
}
