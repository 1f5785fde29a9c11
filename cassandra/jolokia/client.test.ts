import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createJolokia, type JolokiaClient, type JolokiaRequest } from './client.ts'

type Handler = (body: string, response: http.ServerResponse, request: http.IncomingMessage) => void

/** A Jolokia on loopback that answers as the test says; every connection is cut at its end. */
async function fakeJolokia(t: TestContext, handler: Handler): Promise<JolokiaClient> {
  const server = http.createServer((request, response) => {
    text(request).then(
      (body) => handler(body, response, request),
      () => undefined,
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return createJolokia((server.address() as AddressInfo).port)
}

const read: JolokiaRequest = { type: 'read', mbean: 'a:type=B', attribute: 'C' }
const answer = (value: unknown): string => JSON.stringify([{ status: 200, value }])

test('one round trip carries all requests; longs are asked for as text', async (t) => {
  const bodies: unknown[] = []
  const jolokia = await fakeJolokia(t, (body, response, request) => {
    assert.equal(request.method, 'POST')
    bodies.push(JSON.parse(body))
    response.end(
      JSON.stringify([
        { status: 200, value: '9007199254740993' },
        { status: 200, value: [] },
      ]),
    )
  })
  const exec: JolokiaRequest = { type: 'exec', mbean: 'a:type=B', operation: 'd(int)', arguments: [1] }
  const facts = await jolokia.bulk([{ ...read, longestList: 20 }, exec])
  assert.deepEqual(
    facts.map((fact) => fact.known && fact.value),
    ['9007199254740993', []],
  )
  const config = { serializeLong: 'string', ignoreErrors: false }
  assert.deepEqual(bodies, [
    [
      { ...read, config: { ...config, maxCollectionSize: 20 } },
      { ...exec, config },
    ],
  ])
})

test('an error in the body of HTTP 200 makes that answer unknown and leaves the others good', async (t) => {
  const jolokia = await fakeJolokia(t, (_, response) =>
    response.end(
      JSON.stringify([
        { status: 404, error: 'InstanceNotFoundException : no such bean\n\tat x' },
        { status: 200, value: 1 },
      ]),
    ),
  )
  const [missing, good] = await jolokia.bulk([read, read])
  assert.deepEqual(missing, { known: false, reason: 'Refused', message: 'InstanceNotFoundException : no such bean' })
  assert.equal(good?.known && good.value, 1)
  await assert.rejects(jolokia.exec('a:type=B', 'd()', []), { message: 'InstanceNotFoundException : no such bean' })
})

test('an answer that is missing is unknown', async (t) => {
  const jolokia = await fakeJolokia(t, (_, response) => response.end('[{"status":200,"value":1},null]'))
  const [first, second, third] = await jolokia.bulk([read, read, read])
  assert.deepEqual([first?.known, second?.known, third?.known], [true, false, false])
})

for (const [name, status, body, message] of [
  ['plain text with 400', 400, '400 (Bad Request)\n\nInvalid JSON request', 'Jolokia answered 400: 400 (Bad Request)'],
  ['one error for the whole request', 200, '{"status":403,"error":"not allowed"}', 'Jolokia: not allowed'],
  ['null', 200, 'null', 'Jolokia: null'],
  ['nothing', 200, '', 'Jolokia answered 200: '],
] as const) {
  test(`${name} is an error in Jolokia's words`, async (t) => {
    const jolokia = await fakeJolokia(t, (_, response) => response.writeHead(status).end(body))
    await assert.rejects(jolokia.bulk([read]), { message })
  })
}

test('silence ends with the timeout, also when a byte trickles in now and then', async (t) => {
  const jolokia = await fakeJolokia(t, (body, response) => {
    if (body.includes('silent')) return
    response.write('[')
    const drip = setInterval(() => response.write(' '), 10)
    response.on('close', () => clearInterval(drip))
  })
  const late = { message: "no answer from Cassandra's JVM within 0.1 s" }
  await assert.rejects(jolokia.bulk([{ ...read, attribute: 'silent' }], 100), late)
  await assert.rejects(jolokia.bulk([read], 100), late)
})

test('an answer without end is cut off instead of being kept', async (t) => {
  let sent = 0
  const jolokia = await fakeJolokia(t, (_, response) => {
    const block = Buffer.alloc(2 ** 20, ' ')
    const pour = (): void => {
      while (!response.destroyed && sent < 2 ** 30) {
        sent += block.length
        if (!response.write(block)) return void response.once('drain', pour)
      }
      response.end()
    }
    pour()
  })
  await assert.rejects(jolokia.bulk([read]), { message: "Jolokia's answer is larger than 4194304 bytes" })
  assert.ok(sent < 64 * 2 ** 20, `${sent} bytes were taken`)
})

test('a JVM that ends in the middle is an error', async (t) => {
  const jolokia = await fakeJolokia(t, (_, response) => {
    response.write('[')
    response.socket?.destroy()
  })
  await assert.rejects(jolokia.bulk([read]), { code: 'ECONNRESET' })
})

test('hostile keys and depth do no harm', async (t) => {
  const depth = 200_000
  const hostile = '[{"status":200,"value":{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}}]'
  const deep = `[{"status":200,"value":${'['.repeat(depth)}${']'.repeat(depth)}}]`
  const jolokia = await fakeJolokia(t, (body, response) => response.end(body.includes('deep') ? deep : hostile))
  const [fact] = await jolokia.bulk([read])
  assert.equal(fact?.known, true)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  const [bottom] = await jolokia.bulk([{ ...read, attribute: 'deep' }]).catch(() => [])
  assert.ok(bottom === undefined || Array.isArray(bottom.known && bottom.value))
})

test('one connection serves request after request', async (t) => {
  const sockets = new Set<unknown>()
  const jolokia = await fakeJolokia(t, (_, response, request) => {
    sockets.add(request.socket)
    response.end(answer(1))
  })
  for (let i = 0; i < 5; i++) await jolokia.bulk([read])
  assert.equal(sockets.size, 1)
})
