// Makes and reads certificates, behind a port: a simulation brings cheap ones.
import { type Certificate, isPair, issuerOf, readCertificates } from '../../lib/certificate.ts'
import type { Millis } from '../../lib/result.ts'
import { createAuthority, issueCertificate, type KeyPair, type Subject } from '../../lib/x509.ts'

export type Certificates = {
  readonly createAuthority: (commonName: string, now: Millis, days: number) => Promise<KeyPair>
  readonly issueCertificate: (authority: KeyPair, subject: Subject, now: Millis, days: number) => Promise<KeyPair>
  /** All of a PEM text; what cannot be read is left out. */
  readonly readCertificates: (text: string) => readonly Certificate[]
  readonly issuerOf: (certificate: Certificate, authorities: readonly Certificate[]) => Certificate | undefined
  readonly isPair: (pair: KeyPair) => boolean
}

export const realCertificates: Certificates = { createAuthority, issueCertificate, readCertificates, issuerOf, isPair }
