// What the operator takes from outside besides the network: time, identities, secrets. A simulation brings its own.
import { randomBytes, randomUUID } from 'node:crypto'
import type { Millis } from '../lib/result.ts'
import { type Certificates, realCertificates } from './certificates/certificates.ts'

export type World = {
  readonly now: () => Millis
  readonly newUID: () => string
  readonly newPassword: () => string
  readonly certificates: Certificates
}

export const realWorld: World = {
  now: Date.now,
  newUID: randomUUID,
  newPassword: () => randomBytes(24).toString('base64url'),
  certificates: realCertificates,
}
