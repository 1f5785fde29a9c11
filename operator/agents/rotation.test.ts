// A whole change of authority over real TLS on loopback: agents with folders as mounted Secrets, the operator's client, and
// requests without a pause of which none may fail.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import tls from 'node:tls'
import type { Routes } from '../../agent/routes.ts'
import { serve } from '../../agent/server.ts'
import type { AgentView } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { type Fact, unknown } from '../../lib/result.ts'
import { createAuthority } from '../../lib/x509.ts'
import { createEnsureCertificates, type NodeWord, wordOf } from '../act/certificates.ts'
import { realCertificates } from '../certificates/certificates.ts'
import type { NodeView } from '../decide/types.ts'
import { ownedByCluster } from '../desired/metadata.ts'
import { decodeSecret } from '../snapshot/decode-secret.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import { type AgentClient, type ClientCredentials, createAgentClient } from './client.ts'
import { createAgentClients } from './clients.ts'

const DAY = 86_400_000
const cluster = { metadata: { name: 'demo', namespace: 'shop', uid: 'cluster-uid' }, spec: {} } as unknown as CassandraCluster
const routes = {
  view: async () => ({ clusterUID: 'cluster-uid' }) as AgentView,
  admit: async () => true,
  serving: () => true,
} as unknown as Routes
const closing: (() => void)[] = []
after(() => {
  for (const close of closing) close()
})

/** Secrets of an API server, as far as this test writes any. */
function createSecrets() {
  const live = new Map<string, Secret>()
  let version = 0
  const put = (body: Secret): Secret => {
    const stored = { ...body, metadata: { ...body.metadata, resourceVersion: String(++version) } }
    live.set(body.metadata.name, stored)
    return stored
  }
  const client = {
    create: async (_: string, body: Secret) => put(body),
    replace: async (_: string, body: Secret) => put(body),
  } as unknown as KubeClient
  return { live, put, client }
}

/** An agent whose Secret is mounted by `mount`, as the kubelet does it: all files at a stroke. */
function startAgent(record: CassandraNode, secrets: ReadonlyMap<string, Secret>) {
  const tlsDir = mkdtempSync(join(tmpdir(), 'rotation-'))
  let count = 0
  const write = (): void => {
    const name = `data-${count++}`
    mkdirSync(join(tlsDir, name))
    const secret = secrets.get(names.nodeSecret(record.metadata.name))
    assert.ok(secret !== undefined)
    for (const [file, text] of Object.entries(decodeSecret(secret))) writeFileSync(join(tlsDir, name, file), text)
    symlinkSync(name, join(tlsDir, '..next'))
    renameSync(join(tlsDir, '..next'), join(tlsDir, '..data'))
  }
  write()
  for (const file of ['tls.crt', 'tls.key', 'ca.crt']) symlinkSync(join('..data', file), join(tlsDir, file))
  const { agent, probes, followTls } = serve(routes, { tlsDir, agentPort: 0, probePort: 0 })
  closing.push(() => {
    agent.close()
    agent.closeAllConnections()
    probes.close()
    rmSync(tlsDir, { recursive: true })
  })
  return {
    port: () => (agent.address() as AddressInfo).port,
    nodeUID: record.spec.nodeUID,
    record,
    mount: () => {
      write()
      followTls()
    },
  }
}

test('a rotation from the first to the last write, and no request fails', async () => {
  const realNow = Date.now()
  const clock = { now: realNow - 11 * DAY }
  const { live, put, client } = createSecrets()
  // Two thirds of its life are over five days before now.
  const old = await createAuthority('old', realNow - 1221.3 * DAY, 5 * 365)
  put({
    metadata: { name: 'demo-agent-ca', namespace: 'shop', uid: 'ca', resourceVersion: '', ownerReferences: ownedByCluster(cluster) },
    data: Object.fromEntries(
      Object.entries({ 'tls.crt': old.cert, 'tls.key': old.key, 'ca.crt': old.cert }).map(([key, text]) => [
        key,
        Buffer.from(text).toString('base64'),
      ]),
    ),
  })
  const records = ['demo-dc1-a-0', 'demo-dc1-b-0'].map(
    (name) =>
      ({ metadata: { name, namespace: 'shop', uid: `record-${name}` }, spec: { nodeUID: `uid-${name}` } }) as unknown as CassandraNode,
  )
  const ensure = createEnsureCertificates(realCertificates)
  let written: string[] = []
  const pass = async (words: readonly NodeWord[]): Promise<ClientCredentials> => {
    const { credentials, problems } = await ensure(
      {
        client,
        cluster,
        world: { now: () => clock.now, newUID: () => '', newPassword: () => '', certificates: realCertificates },
        find: (name) => live.get(name),
        wrote: ({ metadata }) => written.push(metadata.name),
      },
      words,
    )
    assert.deepEqual(problems, [])
    assert.ok(credentials !== undefined)
    return credentials
  }
  const unasked = records.map((record) => ({ record, agent: unknown('NotAsked', '') }))
  const first = await pass(unasked)
  const agents = records.map((record) => startAgent(record, live))
  const clients = createAgentClients((credentials) => {
    const each = new Map(agents.map(({ nodeUID, port }) => [nodeUID, createAgentClient(credentials, port())]))
    const of = (nodeUID: string): AgentClient => each.get(nodeUID) as AgentClient
    return {
      ...of(agents[0]!.nodeUID),
      view: (address, epoch) => of(address.nodeUID).view(address, epoch),
      close: () => {
        for (const client of each.values()) client.close()
      },
    }
  })
  closing.push(clients.close)

  let credentials = first
  const ask = (nodeUID: string, by = clients.of(cluster, credentials)) => by.view({ ip: '127.0.0.1', nodeUID }, 1)
  const askAnew = async ({ nodeUID, port }: (typeof agents)[number], by = credentials): Promise<Fact<AgentView>> => {
    const once = createAgentClient(by, port())
    const answer = await once.view({ ip: '127.0.0.1', nodeUID }, 1)
    once.close()
    return answer
  }

  let isOver = false
  let answered = 0
  const failures: string[] = []
  const requests = async (): Promise<void> => {
    while (!isOver) {
      for (const agent of agents) {
        for (const answer of await Promise.all([ask(agent.nodeUID), askAnew(agent)])) {
          if (answer.known) answered++
          else failures.push(answer.message)
        }
      }
      await new Promise(setImmediate)
    }
  }
  /** Until every agent was asked over connections old and new. */
  const more = async (): Promise<void> => {
    const from = answered
    while (answered < from + 8 && failures.length === 0) await new Promise(setImmediate)
    assert.deepEqual(failures, [])
  }
  const running = requests()
  await more()

  clock.now = realNow
  const history: string[][] = []
  for (let round = 0; round < 8; round++) {
    written = []
    credentials = await pass(unasked)
    const words = await Promise.all(
      agents.map(async ({ record, nodeUID }) => wordOf({ record, pod: {}, own: await ask(nodeUID) } as unknown as NodeView)),
    )
    credentials = await pass(words)
    history.push(written.map((name) => name.replace('demo-', '').replace(/dc1-(.)-0-tls/, '$1')))
    await more()
    for (const { mount } of agents) {
      mount() // one has the new files, the other not yet
      await more()
    }
  }
  isOver = true
  await running
  assert.deepEqual(failures, [])
  assert.deepEqual(history.slice(0, 4), [
    ['agent-ca', 'operator', 'a', 'b'], // spread
    ['operator', 'a', 'b'], // move
    ['agent-ca', 'operator', 'a', 'b'], // drop
    [],
  ])
  assert.deepEqual(history.slice(4).flat(), [])

  const [agent] = agents
  assert.ok(agent !== undefined)
  assert.equal((await askAnew(agent)).known, true)
  assert.equal((await askAnew(agent, { ...credentials, cert: first.cert, key: first.key })).known, false, 'the old certificate is let in')
  const other = await askAnew({ ...agent, nodeUID: 'uid-demo-dc1-b-0' })
  assert.equal(other.known ? '' : other.message, 'another node answers at this address')
  const nobody = createAgentClient({ ...credentials, cert: '', key: '' }, agent.port())
  assert.equal((await nobody.view({ ip: '127.0.0.1', nodeUID: agent.nodeUID }, 1)).known, false, 'somebody without a certificate is let in')
  await assert.rejects(
    new Promise((resolve, reject) => {
      const socket = tls.connect({
        host: '127.0.0.1',
        port: agent.port(),
        ...credentials,
        servername: agent.nodeUID,
        maxVersion: 'TLSv1.2',
      })
      socket.on('secureConnect', () => resolve(socket.destroy())).on('error', reject)
    }),
    /protocol version/,
    'TLS 1.2 is let in after a change of the certificate',
  )
})
