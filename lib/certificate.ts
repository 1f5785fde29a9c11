// Reads certificates; they are made in lib/x509.ts, whose package the agent must not carry.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { KeyPair } from './x509.ts'

export type Certificate = {
  readonly pem: string
  /** SHA-256, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g

/** All certificates of a PEM text, each once; what cannot be read is left out. */
export function readCertificates(text: string): readonly Certificate[] {
  const found = new Map<string, Certificate>()
  for (const [block] of text.matchAll(BLOCK)) {
    const parsed = parse(block)
    if (parsed === undefined) continue
    const { fingerprint256: fingerprint, validFromDate, validToDate } = parsed
    found.set(fingerprint, { pem: `${block}\n`, fingerprint, notBefore: validFromDate.getTime(), notAfter: validToDate.getTime() })
  }
  return [...found.values()]
}

/** Which of the authorities signed the certificate; names alone prove nothing, so the signature is checked. */
export function issuerOf(certificate: Certificate, authorities: readonly Certificate[]): Certificate | undefined {
  const leaf = new X509Certificate(certificate.pem)
  return authorities.find(({ pem }) => {
    const authority = new X509Certificate(pem)
    return authority.ca && leaf.checkIssued(authority) && leaf.verify(authority.publicKey)
  })
}

/** Whether the key is that of the certificate; false for anything that cannot be read. */
export function isPair({ cert, key }: KeyPair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}

function parse(block: string): X509Certificate | undefined {
  try {
    return new X509Certificate(block)
  } catch {
    return undefined
  }
}
