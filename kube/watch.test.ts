import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../api/objects.ts'
import { KubeError } from './errors.ts'
import { json } from './fake/answers.ts'
import { stage } from './fake/stage.ts'
import type { Http } from './http.ts'
import { type WatchEvent, watch } from './watch.ts'

const PODS = '/api/v1/pods'
const forever = new AbortController().signal
const isKind = (kind: KubeError['kind']) => (error: unknown) => error instanceof KubeError && error.kind === kind

const event = (name: string, resourceVersion = '5'): WatchEvent<KubeObject> => ({
  type: 'ADDED',
  object: { metadata: { name, uid: `uid of ${name}`, resourceVersion } },
})

async function collect(http: Http, signal = forever): Promise<WatchEvent<KubeObject>[]> {
  const events: WatchEvent<KubeObject>[] = []
  for await (const one of watch<KubeObject>(http, PODS, '', '1', signal)) events.push(one)
  return events
}

/** An answer in exactly these chunks. */
const answering = (chunks: readonly Buffer[]): Http => ({
  request: () => Promise.reject(new Error('not asked')),
  stream: async () => Readable.from(chunks, { objectMode: false }) as IncomingMessage,
  answeringMs: () => 0,
})

test('events arrive whole however the bytes are cut, whatever ends their lines', async () => {
  const names = ['a', 'ключ-η-鍵-🔑', 'b', 'ü']
  const bytes = Buffer.from(names.map((name, i) => `${JSON.stringify(event(name))}${['\n', '\r\n', '\n\n', '\r\n\r\n'][i]}`).join(''))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 }), async (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), bytes.length]
      const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end))
      assert.deepEqual(
        await collect(answering(chunks)),
        names.map((name) => event(name)),
      )
    }),
  )
})

test('a last event that was cut off is dropped', async () => {
  const text = `${JSON.stringify(event('a'))}\n${JSON.stringify(event('b')).slice(0, -1)}`
  assert.deepEqual(await collect(answering([Buffer.from(text)])), [event('a')])
})

test('a line that is no JSON is a broken connection', async () => {
  await assert.rejects(collect(answering([Buffer.from('oops\n')])), isKind('unavailable'))
})

test('an event without an end is cut off', async () => {
  const mebibyte = Buffer.alloc(2 ** 20, 'a')
  await assert.rejects(collect(answering(Array.from({ length: 9 }, () => mebibyte))), (error) => (error as KubeError).reason === 'TooLarge')
})

test('it asks for bookmarks and an end before load balancers cut it, from the version on, and for no initial events', async () => {
  const asked: URLSearchParams[] = []
  const stream: Http['stream'] = async (path) => {
    asked.push(new URL(path, 'https://any').searchParams)
    return Readable.from([]) as IncomingMessage
  }
  for (let i = 0; i < 50; i++) await collect({ ...answering([]), stream })
  for (const query of asked) {
    const { timeoutSeconds, ...rest } = Object.fromEntries(query)
    assert.deepEqual(rest, { watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '1' })
    assert.ok(Number(timeoutSeconds) >= 180 && Number(timeoutSeconds) <= 198, timeoutSeconds)
  }
  assert.ok(new Set(asked.map((query) => query.get('timeoutSeconds'))).size > 1, 'jitter')
})

for (const [name, answer] of [
  ['as an event', { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } }],
  ['as the answer', undefined],
] as const) {
  test(`a version that is too old is gone, said ${name}`, async (t) => {
    const { api, http } = await stage(t)
    api.fail(`WATCH ${PODS}`, ({ response }) =>
      answer === undefined ? json(response, 410, {}) : response.end(`${JSON.stringify(answer)}\n`),
    )
    await assert.rejects(collect(http), isKind('gone'))
  })
}

test('another error as an event is a broken watch, not an old version', async (t) => {
  const { api, http } = await stage(t)
  api.fail(`WATCH ${PODS}`, ({ response }) => response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 500 } })}\n`))
  await assert.rejects(collect(http), isKind('unavailable'))
})

for (const [name, head] of [
  ['says nothing', false],
  ['stops talking', true],
] as const) {
  test(`a server that ${name} and forgets its time limit: the watch ends at the client's deadline, its socket too`, async (t) => {
    const { api, http } = await stage(t)
    api.fail(`WATCH ${PODS}`, ({ response }) => head && response.writeHead(200).write(`${JSON.stringify(event('a'))}\n`))
    const half = watch<KubeObject>(http, PODS, '', '1', forever, { seconds: 0, graceMs: 60 })
    if (head) assert.deepEqual((await half.next()).value, event('a'))
    await assert.rejects(half.next(), (error) => (error as KubeError).reason === 'Timeout')
    await api.until(() => api.connections().open === 0)
  })
}

for (const [name, fault] of [
  ['connected', ({ answer }: { readonly answer: () => void }) => answer()],
  ['still waiting for the head of the answer', () => undefined],
] as const) {
  test(`a watch that is ${name} ends in peace with its signal`, async (t) => {
    const { api, http } = await stage(t)
    api.fail(`WATCH ${PODS}`, fault)
    const end = new AbortController()
    const watching = collect(http, end.signal)
    await api.saw(`WATCH ${PODS}`)
    end.abort()
    assert.deepEqual(await watching, [])
    await api.until(() => api.connections().open === 0)
  })
}

test('who stops reading closes the socket', async (t) => {
  const { api, http } = await stage(t)
  api.objects.create(PODS, 'shop', { metadata: { name: 'a' } })
  for await (const _ of watch<KubeObject>(http, PODS, '', '1', forever)) break
  await api.until(() => api.connections().open === 0)
})
