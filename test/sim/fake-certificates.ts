// Certificates without cryptography: a line of JSON each. Whoever holds the line of the key holds the key.
import type { Certificate } from '../../lib/certificate.ts'
import type { KeyPair } from '../../lib/x509.ts'
import type { Certificates } from '../../operator/certificates/certificates.ts'

type Line = {
  readonly fingerprint: string
  readonly issuer: string
  readonly name: string
  readonly notBefore: number
  readonly notAfter: number
}

const DAY = 86_400_000

/** @param serial a number that it has not answered before */
export function fakeCertificates(serial: () => number): Certificates {
  const make = (name: string, issuer: string | undefined, now: number, notAfter: number): KeyPair => {
    const fingerprint = `${name}#${serial()}`
    const line: Line = { fingerprint, issuer: issuer ?? fingerprint, name, notBefore: now - DAY, notAfter }
    return { cert: `${JSON.stringify(line)}\n`, key: keyOf(fingerprint) }
  }
  return {
    createAuthority: async (commonName, now, days) => make(commonName, undefined, now, now + days * DAY),
    issueCertificate: async (authority, { commonName }, now, days) => {
      const [signer] = read(authority.cert)
      if (signer === undefined || authority.key !== keyOf(signer.fingerprint)) throw new Error('this is no key of the authority')
      return make(commonName, signer.fingerprint, now, Math.min(now + days * DAY, signer.notAfter))
    },
    readCertificates: read,
    issuerOf: (certificate, authorities) => {
      const { issuer } = JSON.parse(certificate.pem) as Line
      return authorities.find(({ fingerprint }) => fingerprint === issuer)
    },
    isPair: ({ cert, key }) => {
      const [first] = read(cert)
      return first !== undefined && key === keyOf(first.fingerprint)
    },
  }
}

function read(text: string): readonly Certificate[] {
  const lines = new Set(text.split('\n').filter((line) => line.startsWith('{')))
  return [...lines].map((line) => {
    const { fingerprint, notBefore, notAfter } = JSON.parse(line) as Line
    return { pem: `${line}\n`, fingerprint, notBefore, notAfter }
  })
}

function keyOf(fingerprint: string): string {
  return `key of ${fingerprint}`
}
