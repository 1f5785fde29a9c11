import assert from 'node:assert/strict'
import https from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { createAuthority, issueCertificate, type KeyPair } from '../../lib/x509.ts'
import { type ClientCredentials, createAgentClient } from './client.ts'

const now = Date.now()
let credentials: ClientCredentials
let other: KeyPair
let server: https.Server
let answer: () => void = () => undefined
const sockets = new Set<Socket>()

before(async () => {
  const authority = await createAuthority('authority', now, 10)
  other = await createAuthority('other', now, 10)
  const own = await issueCertificate(authority, { commonName: 'operator', usages: ['client'] }, now, 1)
  const node = await issueCertificate(authority, { commonName: 'node', dnsNames: ['uid'], usages: ['server'] }, now, 1)
  credentials = { ...own, ca: authority.cert }
  server = https.createServer({ ...node, ca: authority.cert, requestCert: true }, (_, response) => {
    answer = () => response.end('{}')
    server.emit('asked')
  })
  server.on('connection', (socket: Socket) => sockets.add(socket.on('close', () => sockets.delete(socket))))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
after(() => {
  server.close()
  server.closeAllConnections()
})

const address = { ip: '127.0.0.1', nodeUID: 'uid' }
const port = () => (server.address() as AddressInfo).port
const asked = () => new Promise((resolve) => server.once('asked', resolve))

test('a client that is closed lets the request on its way end, and its connection with it', async () => {
  const client = createAgentClient(credentials, port())
  const arrived = asked()
  const view = client.view(address, 1)
  await arrived
  client.close()
  assert.equal(sockets.size, 1)
  answer()
  assert.equal((await view).known, true)
  while (sockets.size > 0) await new Promise(setImmediate)
})

test('a client that is closed at rest leaves no connection', async () => {
  const client = createAgentClient(credentials, port())
  const arrived = asked()
  const view = client.view(address, 1)
  await arrived
  answer()
  await view
  assert.equal(sockets.size, 1)
  client.close()
  while (sockets.size > 0) await new Promise(setImmediate)
})

test('an agent of another authority is silent, and the message says what will end it', async () => {
  const client = createAgentClient({ ...credentials, ca: other.cert }, port())
  const view = await client.view(address, 1)
  assert.ok(!view.known)
  assert.equal(view.reason, 'NoAnswer')
  assert.match(view.message, /its certificate is not accepted .* the kubelet brings a new one within two minutes/)
  client.close()
})
