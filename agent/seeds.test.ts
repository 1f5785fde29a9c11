import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { resolveSeeds } from './seeds.ts'

const SERVFAIL = 2
const NXDOMAIN = 3

/** A resolver on loopback that answers every question with these addresses, or with this error. */
async function resolver(t: TestContext, addresses: readonly string[], code = 0): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (question, peer) => {
    const name = question.subarray(12, question.indexOf(0, 12) + 5) // up to its type and class
    const header = Buffer.from([...question.subarray(0, 2), 0x81, 0x80 | code, 0, 1, 0, addresses.length, 0, 0, 0, 0])
    const records = addresses.map((address) => Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, ...address.split('.').map(Number)]))
    socket.send(Buffer.concat([header, name, ...records]), peer.port, peer.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

const name = 'demo-seeds.default.svc.cluster.local'

test('addresses come sorted, so that another order of the same seeds is no change', async (t) => {
  assert.deepEqual(await resolveSeeds(name, [await resolver(t, ['10.0.0.9', '10.0.0.10', '10.0.0.1'])]), [
    '10.0.0.1',
    '10.0.0.10',
    '10.0.0.9',
  ])
})

test('a name that does not exist, or has no address, has no seeds', async (t) => {
  assert.deepEqual(await resolveSeeds(name, [await resolver(t, [], NXDOMAIN)]), [])
  assert.deepEqual(await resolveSeeds(name, [await resolver(t, [])]), [])
})

test('a resolver that fails or is silent is an error, not the absence of seeds', async (t) => {
  const failing = await resolver(t, [], SERVFAIL)
  await assert.rejects(resolveSeeds(name, [failing]), { code: 'ESERVFAIL' })
  await assert.rejects(resolveSeeds(name, ['127.0.0.1:1']))
})
