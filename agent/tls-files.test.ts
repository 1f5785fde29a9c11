import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readCertificates } from '../lib/certificate.ts'
import { createAuthority, issueCertificate, type KeyPair } from '../lib/x509.ts'
import { openTlsFiles } from './tls-files.ts'

const now = Date.now()
const dir = mkdtempSync(join(tmpdir(), 'tls-files-'))
let authority: KeyPair
let next: KeyPair
let count = 0

before(async () => {
  authority = await createAuthority('authority', now, 10)
  next = await createAuthority('next', now, 10)
})
after(() => rmSync(dir, { recursive: true }))

const issue = (signer = authority) => issueCertificate(signer, { commonName: 'node', dnsNames: ['uid'], usages: ['server'] }, now, 1)
const printOf = (pem: string) => readCertificates(pem)[0]!.fingerprint

/** A volume of a Secret: the files are links through one link, which is replaced at a stroke. */
function volume() {
  const root = join(dir, `volume-${count++}`)
  mkdirSync(root)
  const put = (files: Readonly<Record<string, string>>) => {
    const name = `data-${count++}`
    mkdirSync(join(root, name))
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, name, file), text)
    symlinkSync(name, join(root, '..next'))
    renameSync(join(root, '..next'), join(root, '..data'))
  }
  for (const file of ['tls.crt', 'tls.key', 'ca.crt']) symlinkSync(join('..data', file), join(root, file))
  return { root, put }
}

const filesOf = ({ cert, key }: KeyPair, ca: string) => ({ 'tls.crt': cert, 'tls.key': key, 'ca.crt': ca })

test('a replacement of the volume is seen by the next poll, and only that one answers', async () => {
  const { root, put } = volume()
  const first = await issue()
  put(filesOf(first, authority.cert))
  const files = openTlsFiles(root, assert.fail)
  assert.equal(files.view(), undefined)
  const taken = files.poll()
  assert.deepEqual(
    [taken?.cert, taken?.key, taken?.ca].map((text) => text?.trim()),
    [first.cert, first.key, authority.cert].map((text) => text.trim()),
  )
  assert.equal(files.poll(), undefined)
  assert.deepEqual(files.view(), {
    trusts: [printOf(authority.cert)],
    leaf: printOf(first.cert),
    issuer: printOf(authority.cert),
    notAfter: readCertificates(first.cert)[0]!.notAfter,
  })
  const second = await issue(next)
  put(filesOf(second, `${next.cert}\n${authority.cert}`))
  assert.equal(files.poll()?.key, second.key)
  assert.deepEqual(files.view()?.trusts, [next.cert, authority.cert].map(printOf))
  assert.equal(files.view()?.issuer, printOf(next.cert))
})

test('a broken set is told once, and what was there before goes on', async () => {
  const { root, put } = volume()
  const good = await issue()
  put(filesOf(good, authority.cert))
  const said: string[] = []
  const files = openTlsFiles(root, (message) => said.push(message))
  files.poll()
  const before = files.view()
  for (const broken of [
    filesOf({ cert: good.cert, key: (await issue()).key }, authority.cert),
    filesOf(await issue(), ''),
    filesOf({ cert: '', key: good.key }, authority.cert),
    filesOf({ cert: 'garbage', key: 'garbage' }, 'garbage'),
  ]) {
    said.length = 0
    put(broken)
    assert.equal(files.poll(), undefined)
    assert.equal(files.poll(), undefined)
    assert.equal(said.length, 1)
    assert.match(said[0] ?? '', /the ones before stay/)
    assert.deepEqual(files.view(), before)
  }
  put(filesOf(await issue(), authority.cert))
  assert.notEqual(files.poll(), undefined)
})

test('files that are not there yet let nobody in, and are taken when they come', async () => {
  const { root, put } = volume()
  const files = openTlsFiles(root, assert.fail)
  assert.equal(files.poll(), undefined)
  assert.equal(files.view(), undefined)
  put(filesOf(await issue(), authority.cert))
  assert.notEqual(files.poll(), undefined)
})

test('a leaf that none of the trusted has signed has no issuer', async () => {
  const { root, put } = volume()
  put(filesOf(await issue(), next.cert))
  const files = openTlsFiles(root, assert.fail)
  files.poll()
  assert.equal(files.view()?.issuer, '')
})
