// The agent's API over real TLS: who may ask, and what is answered to what cannot be understood.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, beforeEach, test } from 'node:test'
import type { AgentView, JobStatus } from '../api/agent.ts'
import { createAuthority, issueCertificate, type KeyPair } from '../lib/x509.ts'
import type { Routes } from './routes.ts'
import { serve } from './server.ts'

const calls: unknown[][] = []
let epoch = 0
let serving = true
const job: JobStatus = { id: 'a.1', kind: 'cleanup', state: 'Running', startedAt: 1, message: 'started' }
const routes: Routes = {
  view: async () => ({ nodeUID: 'node' }) as AgentView,
  job: (id) => (id === job.id ? job : undefined),
  admit: async (asked) => {
    if (asked < epoch) return false
    epoch = asked
    return true
  },
  grant: async (grant) => {
    calls.push(['grant', grant])
    return { accepted: true, message: 'kept' }
  },
  startJob: async (id, asked) => {
    calls.push(['job', id, asked])
    if (id === 'full') throw new Error('no space left on device')
    return { ...job, id }
  },
  serving: () => serving,
}

let servers: ReturnType<typeof serve>
let authority: KeyPair
let operator: KeyPair
let stranger: KeyPair
let foreign: KeyPair
const dir = mkdtempSync(join(tmpdir(), 'tls-'))

before(async () => {
  const now = Date.now()
  const issue = (from: KeyPair, commonName: string, usage: 'client' | 'server') =>
    issueCertificate(from, { commonName, dnsNames: ['node'], usages: [usage] }, now, 1)
  authority = await createAuthority('demo', now, 1)
  operator = await issue(authority, 'ringkeeper-operator', 'client')
  stranger = await issue(authority, 'demo-dc1-r1-1', 'client')
  foreign = await issue(await createAuthority('other', now, 1), 'ringkeeper-operator', 'client')
  const own = await issue(authority, 'demo-dc1-r1-0', 'server')
  for (const [name, content] of [
    ['tls.crt', own.cert],
    ['tls.key', own.key],
    ['ca.crt', authority.cert],
  ] as const)
    writeFileSync(join(dir, name), content)
  servers = serve(routes, { tlsDir: dir, agentPort: 0, probePort: 0 })
  await Promise.all([servers.agent, servers.probes].map((server) => server.listening || once(server, 'listening')))
})

after(() => {
  for (const server of [servers.agent, servers.probes]) {
    server.closeAllConnections()
    server.close()
  }
  rmSync(dir, { recursive: true, force: true })
})

beforeEach(() => {
  calls.length = 0
  epoch = 0
  serving = true
})

type Response = { readonly status: number | undefined; readonly body: unknown }

function ask(method: string, path: string, body?: unknown, client: KeyPair = operator): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        host: '127.0.0.1',
        port: (servers.agent.address() as AddressInfo).port,
        servername: 'node',
        ca: authority.cert,
        ...client,
        method,
        path,
        agent: false,
      },
      (response) => {
        text(response).then((answer) => resolve({ status: response.statusCode, body: JSON.parse(answer) }), reject)
      },
    )
    request.on('error', reject)
    if (method === 'PUT') request.write(typeof body === 'string' ? body : JSON.stringify(body))
    request.end()
  })
}

test('the operator reads the view and its jobs', async () => {
  const { status, body } = await ask('GET', '/v1/view')
  assert.deepEqual([status, (body as AgentView).nodeUID], [200, 'node'])
  assert.deepEqual(await ask('GET', '/v1/jobs/a.1'), { status: 200, body: job })
  assert.equal((await ask('GET', '/v1/jobs/b.1')).status, 404)
})

test('a certificate of the same authority with another name may ask nothing', async () => {
  for (const [method, path] of [
    ['GET', '/v1/view'],
    ['PUT', '/v1/grant'],
    ['PUT', '/v1/jobs/a.1'],
  ] as const) {
    assert.equal((await ask(method, path, { epoch: 1, grant: {}, job: {} }, stranger)).status, 403)
  }
  assert.deepEqual(calls, [])
})

test('a certificate of another authority, or none, gets no connection', async () => {
  await assert.rejects(ask('GET', '/v1/view', undefined, foreign))
  await assert.rejects(ask('GET', '/v1/view', undefined, { cert: '', key: '' }))
})

test('an older leader is refused with StaleEpoch, and nothing is done', async () => {
  assert.equal((await ask('GET', '/v1/view?epoch=5')).status, 200, 'the new one has looked')
  assert.equal((await ask('GET', '/v1/view?epoch=4')).status, 200, 'the old one may look, and is not heard')
  for (const path of ['/v1/grant', '/v1/jobs/a.1']) {
    const { status, body } = await ask('PUT', path, { epoch: 4, grant: {}, job: { kind: 'cleanup' } })
    assert.deepEqual([status, (body as { reason: string }).reason], [409, 'StaleEpoch'])
  }
  assert.deepEqual(calls, [])
  assert.equal((await ask('PUT', '/v1/grant', { epoch: 5, grant: { id: 'g' } })).status, 200)
  assert.equal((await ask('PUT', '/v1/jobs/a.1', { epoch: 6, job: { kind: 'cleanup' } })).status, 200)
  assert.deepEqual(calls, [
    ['grant', { id: 'g' }],
    ['job', 'a.1', { kind: 'cleanup' }],
  ])
})

for (const [name, path, body] of [
  ['no epoch', '/v1/grant', { grant: { id: 'g' } }],
  ['an epoch that is text', '/v1/grant', { epoch: '7', grant: { id: 'g' } }],
  ['half an epoch', '/v1/jobs/a.1', { epoch: 1.5, job: { kind: 'cleanup' } }],
  ['no grant', '/v1/grant', { epoch: 1 }],
  ['no job', '/v1/jobs/a.1', { epoch: 1, job: null }],
  ['no JSON', '/v1/grant', 'grant me'],
  ['nothing', '/v1/grant', ''],
  ['null', '/v1/grant', 'null'],
  ['a list', '/v1/grant', '[]'],
] as const) {
  test(`${name} is a bad request, and nothing is done`, async () => {
    assert.equal((await ask('PUT', path, body)).status, 400)
    assert.deepEqual(calls, [])
  })
}

test('a body that is too large is refused', async () => {
  const { status } = await ask('PUT', '/v1/grant', { epoch: 1, grant: { id: 'x'.repeat(300 * 1024) } })
  assert.equal(status, 413)
  assert.deepEqual(calls, [])
})

test('paths and methods that do not exist are not found', async () => {
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', '/v1/grant'],
    ['DELETE', '/v1/jobs/a.1'],
    ['PUT', '/v1/jobs/..%2f..'],
    ['PUT', `/v1/jobs/${'x'.repeat(81)}`],
    ['GET', '/v1/view?epoch=-1'],
    ['PUT', '/v1/view'],
    ['PUT', '/v1/epoch'],
  ] as const) {
    assert.equal((await ask(method, path, { epoch: 1 })).status, 404, `${method} ${path}`)
  }
})

test('what fails inside is told in its words', async () => {
  assert.deepEqual(await ask('PUT', '/v1/jobs/full', { epoch: 1, job: { kind: 'cleanup' } }), {
    status: 500,
    body: { message: 'no space left on device' },
  })
})

test('probes need no certificate; readiness follows the node, health does not', async () => {
  const { port } = servers.probes.address() as AddressInfo
  const probe = (path: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      http.get({ host: '127.0.0.1', port, path, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject)
    })
  assert.deepEqual([await probe('/ready'), await probe('/healthz'), await probe('/v1/view')], [200, 200, 503])
  serving = false
  assert.deepEqual([await probe('/ready'), await probe('/healthz')], [503, 200])
})
