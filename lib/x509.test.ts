import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { before, test } from 'node:test'
import { readCertificates } from './certificate.ts'
import { createAuthority, issueCertificate, type KeyPair } from './x509.ts'

const DAY = 86_400_000
const now = Date.UTC(2026, 0, 15, 12)
let authority: KeyPair

before(async () => {
  authority = await createAuthority('demo', now, 365)
})

const expiresAt = (cert: string) => readCertificates(cert)[0]?.notAfter

const issue = (days = 30) =>
  issueCertificate(
    authority,
    { commonName: 'node-1', organization: 'ringkeeper', dnsNames: ['node-1.shop.svc'], ips: ['10.0.0.1'], usages: ['client', 'server'] },
    now,
    days,
  )

test('a certificate is signed by its authority, and by no other', async () => {
  const certificate = new X509Certificate((await issue()).cert)
  const other = new X509Certificate((await createAuthority('demo', now, 365)).cert)
  const own = new X509Certificate(authority.cert)
  assert.ok(certificate.verify(own.publicKey))
  assert.ok(certificate.checkIssued(own))
  assert.ok(!certificate.verify(other.publicKey))
})

test('only the authority may sign', async () => {
  assert.equal(new X509Certificate(authority.cert).ca, true)
  assert.equal(new X509Certificate((await issue()).cert).ca, false)
})

test('the key belongs to the certificate', async () => {
  const pair = await issue()
  assert.ok(new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key)))
})

test('subject, names and usages are those asked for', async () => {
  const certificate = new X509Certificate((await issue()).cert)
  assert.equal(certificate.subject, 'CN=node-1\nO=ringkeeper')
  assert.equal(certificate.checkHost('node-1.shop.svc'), 'node-1.shop.svc')
  assert.equal(certificate.checkHost('node-2.shop.svc'), undefined)
  assert.equal(certificate.checkIP('10.0.0.1'), '10.0.0.1')
  // clientAuth and serverAuth.
  assert.deepEqual([...(certificate.keyUsage ?? [])].sort(), ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'])
})

test('it is valid from a day before, for clocks that are a day apart, until the last day', async () => {
  const { cert } = await issue(30)
  assert.equal(Date.parse(new X509Certificate(cert).validFrom), now - 26 * 3_600_000)
  assert.equal(expiresAt(cert), now + 30 * DAY)
})

test('no certificate outlives its authority', async () => {
  assert.equal(expiresAt((await issue(10_000)).cert), expiresAt(authority.cert))
})

test('two certificates have two serial numbers', async () => {
  const [a, b] = await Promise.all([issue(), issue()])
  assert.notEqual(new X509Certificate(a.cert).serialNumber, new X509Certificate(b.cert).serialNumber)
})
