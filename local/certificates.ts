// Certificates and kubeconfigs of the local cluster, made anew at each `up`.
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAuthority, issueCertificate, type KeyPair, type Subject } from '../lib/x509.ts'

export type Certificates = {
  /** Path of the file in the certificate folder. */
  readonly file: (name: string) => string
  /** Writes <name>.crt and <name>.key, signed by the cluster's authority. */
  readonly issue: (name: string, subject: Subject) => Promise<void>
  /** Writes a kubeconfig that logs in with a fresh client certificate; answers its path. */
  readonly kubeconfig: (path: string, commonName: string, organization?: string) => Promise<string>
}

const DAYS = 3650

export async function createCertificates(state: string, server: string): Promise<Certificates> {
  const dir = join(state, 'pki')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const now = Date.now()
  const authority = await createAuthority('local-kubernetes', now, DAYS)
  const file = (name: string): string => join(dir, name)
  const write = (name: string, pair: KeyPair): void => {
    writeFileSync(file(`${name}.crt`), pair.cert)
    writeFileSync(file(`${name}.key`), pair.key, { mode: 0o600 })
  }
  write('ca', authority)
  const accounts = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(file('service-accounts.pub'), accounts.publicKey)
  writeFileSync(file('service-accounts.key'), accounts.privateKey, { mode: 0o600 })
  return {
    file,
    issue: async (name, subject) => write(name, await issueCertificate(authority, subject, now, DAYS)),
    kubeconfig: async (path, commonName, organization) => {
      const subject: Subject = { commonName, usages: ['client'], ...(organization === undefined ? {} : { organization }) }
      const pair = await issueCertificate(authority, subject, now, DAYS)
      const base64 = (text: string): string => Buffer.from(text).toString('base64')
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'ringkeeper',
        contexts: [{ name: 'ringkeeper', context: { cluster: 'ringkeeper', user: 'ringkeeper' } }],
        clusters: [{ name: 'ringkeeper', cluster: { server, 'certificate-authority-data': base64(authority.cert) } }],
        users: [{ name: 'ringkeeper', user: { 'client-certificate-data': base64(pair.cert), 'client-key-data': base64(pair.key) } }],
      }
      writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 })
      return path
    },
  }
}
