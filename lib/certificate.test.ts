import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { before, test } from 'node:test'
import { isPair, issuerOf, readCertificates } from './certificate.ts'
import { createAuthority, issueCertificate, type KeyPair } from './x509.ts'

const now = Date.UTC(2026, 0, 15)
let old: KeyPair
let next: KeyPair
let leaf: KeyPair

before(async () => {
  old = await createAuthority('same name', now, 100)
  next = await createAuthority('same name', now, 100)
  leaf = await issueCertificate(next, { commonName: 'node', usages: ['server'] }, now, 10)
})

const one = (pem: string) => readCertificates(pem)[0]!

test('a bundle is read in its order, each certificate once, garbage left out', () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  const found = readCertificates(`hello\n${next.cert}${broken}${old.cert}\n${next.cert}`)
  assert.deepEqual(found, [one(next.cert), one(old.cert)])
  assert.deepEqual(readCertificates(''), [])
})

test('the text of what was read is read again as the same', () => {
  const [first] = readCertificates(next.cert)
  assert.deepEqual(readCertificates(first!.pem), [first])
})

test('the fingerprint is the SHA-256 of the bytes, in the writing of openssl', () => {
  const der = Buffer.from(leaf.cert.replace(/-----.*-----/g, ''), 'base64')
  const digest = createHash('sha256').update(der).digest('hex').toUpperCase()
  assert.equal(one(leaf.cert).fingerprint, digest.match(/../g)!.join(':'))
})

test('the issuer is found by its signature, also among authorities of one name', () => {
  assert.deepEqual(issuerOf(one(leaf.cert), [one(old.cert), one(next.cert)]), one(next.cert))
  assert.equal(issuerOf(one(leaf.cert), [one(old.cert)]), undefined)
})

test('a certificate that is no authority issues nothing', async () => {
  const below = await issueCertificate(leaf, { commonName: 'below', usages: ['server'] }, now, 1)
  assert.equal(issuerOf(one(below.cert), [one(leaf.cert)]), undefined)
})

test('a pair is a certificate with its own key', () => {
  assert.ok(isPair(leaf))
  assert.ok(!isPair({ cert: leaf.cert, key: next.key }))
  assert.ok(!isPair({ cert: leaf.cert, key: 'none' }))
  assert.ok(!isPair({ cert: '', key: leaf.key }))
})
