import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadKubeConfig } from './config.ts'

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const dir = mkdtempSync(join(tmpdir(), 'kube-config-'))
  t.after(() => rmSync(dir, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
  return dir
}

let later = 1_700_000_000
/** As a rotation does: another text, another time stamp. */
function rotate(file: string, text: string): void {
  writeFileSync(file, text)
  utimesSync(file, later, ++later)
}

const base64 = (text: string): string => Buffer.from(text).toString('base64')
const kubeconfig = (cluster: object, user: object | null): string =>
  JSON.stringify({
    'current-context': 'main',
    contexts: [
      { name: 'other', context: { cluster: 'c', user: 'u' } },
      { name: 'main', context: { cluster: 'c', user: 'u', namespace: 'shop' } },
    ],
    clusters: [{ name: 'c', cluster: { server: 'https://api:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  })

test('inline data', (t) => {
  const file = join(
    folder(t, {
      config: kubeconfig(
        { 'certificate-authority-data': base64('CA') },
        { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY') },
      ),
    }),
    'config',
  )
  const { server, namespace, credentials } = loadKubeConfig({}, { kubeconfig: file })
  assert.deepEqual([server, namespace, credentials()], ['https://api:6443', 'shop', { ca: 'CA', cert: 'CERT', key: 'KEY' }])
})

test('files beside the kubeconfig, read again when they change', (t) => {
  const dir = folder(t, {
    config: kubeconfig(
      { 'certificate-authority': 'ca.pem' },
      { 'client-certificate': 'cert.pem', 'client-key': 'key.pem', tokenFile: 'token' },
    ),
    'ca.pem': 'CA\n',
    'cert.pem': 'CERT',
    'key.pem': 'KEY',
    token: 'TOKEN\n',
  })
  const { credentials } = loadKubeConfig({ KUBECONFIG: join(dir, 'config') })
  assert.deepEqual(credentials(), { ca: 'CA', cert: 'CERT', key: 'KEY', token: 'TOKEN' })
  rotate(join(dir, 'cert.pem'), 'CERT 2')
  assert.equal(credentials().cert, 'CERT 2')
})

test('inline data goes before a file, as in kubectl', (t) => {
  const dir = folder(t, {
    config: kubeconfig({ 'certificate-authority-data': base64('CA'), 'certificate-authority': 'missing.pem' }, null),
  })
  assert.deepEqual(loadKubeConfig({ KUBECONFIG: join(dir, 'config') }).credentials(), { ca: 'CA' })
})

test('another context, without a namespace', (t) => {
  const dir = folder(t, { config: kubeconfig({}, { token: 'TOKEN' }) })
  const { namespace, credentials } = loadKubeConfig({}, { kubeconfig: join(dir, 'config'), context: 'other' })
  assert.equal(namespace, 'default')
  assert.deepEqual(credentials(), { token: 'TOKEN' })
})

test('a context that does not exist is named', (t) => {
  const file = join(folder(t, { config: kubeconfig({}, {}) }), 'config')
  assert.throws(() => loadKubeConfig({}, { kubeconfig: file, context: 'nowhere' }), /has no context nowhere/)
})

for (const way of ['exec', 'auth-provider', 'username']) {
  test(`a login by ${way} is refused, not left out`, (t) => {
    const file = join(folder(t, { config: kubeconfig({}, { [way]: {} }) }), 'config')
    assert.throws(() => loadKubeConfig({}, { kubeconfig: file }), new RegExp(`user u logs in by ${way}`))
  })
}

const account = { namespace: 'ops\n', token: 'TOKEN\n', 'ca.crt': 'CA' }
const inside = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '6443' }

test('inside a cluster the service account', (t) => {
  const { server, namespace, credentials } = loadKubeConfig(inside, { accountDir: folder(t, account) })
  assert.deepEqual([server, namespace, credentials()], ['https://10.0.0.1:6443', 'ops', { ca: 'CA', token: 'TOKEN' }])
})

test('inside a cluster of IPv6', (t) => {
  const { server } = loadKubeConfig({ KUBERNETES_SERVICE_HOST: 'fd00::1' }, { accountDir: folder(t, account) })
  assert.equal(server, 'https://[fd00::1]:443')
})

test('a kubeconfig that is asked for goes before the service account', (t) => {
  const kubeconfigFile = join(folder(t, { config: kubeconfig({}, {}) }), 'config')
  assert.equal(loadKubeConfig(inside, { kubeconfig: kubeconfigFile, accountDir: folder(t, account) }).server, 'https://api:6443')
})

for (const [file, key] of [
  ['token', 'token'],
  ['ca.crt', 'ca'],
] as const) {
  test(`a new ${file} is read when its time stamp says so`, (t) => {
    const dir = folder(t, account)
    const { credentials } = loadKubeConfig(inside, { accountDir: dir })
    const before = credentials()
    assert.equal(credentials(), before, 'not read again without need')
    rotate(join(dir, file), 'NEW')
    assert.deepEqual(credentials(), { ...before, [key]: 'NEW' })
  })
}

test('while the files are being exchanged the old ones serve', (t) => {
  const dir = folder(t, account)
  const { credentials } = loadKubeConfig(inside, { accountDir: dir })
  const before = credentials()
  rmSync(join(dir, 'token'))
  assert.deepEqual(credentials(), before)
  rotate(join(dir, 'token'), 'NEW')
  assert.equal(credentials().token, 'NEW')
})
