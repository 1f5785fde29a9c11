import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { createAuthority } from '../lib/x509.ts'
import type { Credentials } from './config.ts'
import { KubeError } from './errors.ts'
import { json } from './fake/answers.ts'
import { createManualTimers } from './fake/manual-timers.ts'
import { type Fault, serverPair } from './fake/server.ts'
import { stage } from './fake/stage.ts'
import { createHttp, type Http } from './http.ts'

const PODS = '/api/v1/pods'
const get = (http: Http, more: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {}): Promise<string> =>
  http.request({ method: 'GET', path: PODS, repeatable: true, ...more })
const post = (http: Http): Promise<string> =>
  http.request({ method: 'POST', path: PODS, body: { metadata: { name: 'a' } }, repeatable: false })

const reset: Fault = ({ socket }) => socket.destroy()
const hang: Fault = () => undefined
const hangInBody: Fault = ({ response }) => response.writeHead(200).write('{')
const busy =
  (status: number, retryAfter?: string): Fault =>
  ({ response }) =>
    json(response, status, { message: 'busy' }, retryAfter === undefined ? {} : { 'retry-after': retryAfter })

const isReason = (reason: string) => (error: unknown) => error instanceof KubeError && error.reason === reason

test('requests after one another share one connection', async (t) => {
  const { api, http } = await stage(t)
  for (let i = 0; i < 50; i++) await get(http)
  assert.equal(api.connections().opened, 1)
})

test('each watch has a connection of its own', async (t) => {
  const { api, http } = await stage(t)
  const { signal } = new AbortController()
  await http.stream(`${PODS}?watch=true`, 60_000, signal)
  await http.stream(`${PODS}?watch=true`, 60_000, signal)
  await get(http)
  assert.equal(new Set(api.asked.map(({ connection }) => connection)).size, 3)
})

test('a new token is used at once, and cuts neither a running request nor a watch', async (t) => {
  const { api } = await stage(t)
  let credentials: Credentials = { ca: api.authority.cert, token: 'first' }
  const http = createHttp({ ...api.config, credentials: () => credentials })
  const watch = await http.stream(`${PODS}?watch=true`, 60_000, new AbortController().signal)
  let release = (): void => undefined
  api.fail(`GET ${PODS}`, ({ answer }) => {
    release = answer
  })
  const running = get(http)
  await api.saw(`GET ${PODS}`)
  credentials = { ...credentials, token: 'second' }
  await get(http)
  assert.equal((await api.saw(`GET ${PODS}`, 2)).token, 'Bearer second')
  release()
  await running
  api.send('still here')
  for await (const chunk of watch) {
    assert.equal(String(chunk), 'still here')
    break
  }
})

test('a new authority is trusted by what connects from now on, and cuts no watch', async (t) => {
  const { api } = await stage(t)
  let credentials: Credentials = { ca: api.authority.cert }
  const http = createHttp({ ...api.config, credentials: () => credentials })
  const watch = await http.stream(`${PODS}?watch=true`, 60_000, new AbortController().signal)
  await get(http)
  const other = await createAuthority('other', Date.now(), 1)
  api.present(await serverPair(other))
  credentials = { ca: other.cert }
  await get(http)
  api.send('still here')
  for await (const chunk of watch) {
    assert.equal(String(chunk), 'still here')
    break
  }
})

test('a server that the authority has not signed is refused', async (t) => {
  const { api, http } = await stage(t)
  api.present(await serverPair(await createAuthority('other', Date.now(), 1)))
  await assert.rejects(get(http), isReason('ConnectionLost'))
})

test('an idle socket is closed in time, a quiet watch is not', async (t) => {
  const { api, http } = await stage(t, { idleMs: 40 })
  const watch = await http.stream(`${PODS}?watch=true`, 60_000, new AbortController().signal)
  await get(http)
  await api.until(() => api.connections().open === 1)
  api.send('still here')
  for await (const chunk of watch) {
    assert.equal(String(chunk), 'still here')
    break
  }
})

test('a re-used socket that was reset: a repeatable request goes out once more', async (t) => {
  const { api, http } = await stage(t)
  await get(http)
  api.fail(`GET ${PODS}`, reset)
  await get(http)
  assert.equal(api.asked.length, 3)
})

test('once more, and not again', async (t) => {
  const { api, http } = await stage(t)
  await get(http)
  await Promise.all([get(http), get(http)]) // two idle sockets
  for (let i = 0; i < 3; i++) api.fail(`GET ${PODS}`, reset)
  await assert.rejects(get(http), isReason('ConnectionLost'))
  assert.equal(api.asked.length, 5)
})

test('a re-used socket that was reset: a request with a second effect is not repeated', async (t) => {
  const { api, http } = await stage(t)
  await get(http)
  api.fail(`POST ${PODS}`, reset)
  await assert.rejects(post(http), isReason('ConnectionLost'))
  assert.equal(api.asked.length, 2)
})

test('a new socket that was reset: nothing is repeated', async (t) => {
  const { api, http } = await stage(t)
  api.fail(`GET ${PODS}`, reset)
  await assert.rejects(get(http), isReason('ConnectionLost'))
  assert.equal(api.asked.length, 1)
})

test('an answer that is no HTTP is not a closed idle socket: nothing is repeated', async (t) => {
  const { api, http } = await stage(t)
  await get(http)
  api.fail(`GET ${PODS}`, ({ socket }) => socket.end('nonsense\r\n\r\n'))
  await assert.rejects(get(http), isReason('ConnectionLost'))
  assert.equal(api.asked.length, 2)
})

test('a connection that breaks in the middle of the answer is lost', async (t) => {
  const { api, http } = await stage(t)
  api.fail(`GET ${PODS}`, ({ response, socket }) => response.writeHead(200).write('{"half":', () => socket.destroy()))
  await assert.rejects(get(http), isReason('ConnectionLost'))
})

test('nobody listens: unavailable', async (t) => {
  const { api, http } = await stage(t)
  await api.close()
  await assert.rejects(get(http), (error) => error instanceof KubeError && error.kind === 'unavailable')
})

for (const [name, ask] of [
  ['GET', get],
  ['POST', post],
] as const) {
  test(`throttled: ${name} waits for as long as the server says`, async (t) => {
    const timers = createManualTimers()
    const { api, http } = await stage(t, { timers })
    api.fail(`${name} ${PODS}`, busy(429, '3'))
    const answer = ask(http)
    await timers.waits(3_000)
    assert.equal(api.asked.length, 1)
    timers.advance(3_000)
    await answer
    assert.equal(api.asked.length, 2)
  })
}

test('throttled for ever: four attempts', async (t) => {
  const { api, http } = await stage(t)
  for (let i = 0; i < 10; i++) api.fail(`GET ${PODS}`, busy(429, '0'))
  await assert.rejects(get(http), (error) => error instanceof KubeError && error.kind === 'throttled')
  assert.equal(api.asked.length, 4)
})

for (const [name, status, retryAfter, ask] of [
  ['throttled without a time is an answer, as of an eviction', 429, undefined, get],
  ['a longer wait than ten seconds is for the caller', 429, '60', get],
  ['a time that is a date is not understood', 429, 'Wed, 21 Oct 2026 07:28:00 GMT', get],
  ['a server that failed may have acted: a POST is not repeated', 503, '1', post],
  ['a failure without a time is not repeated', 500, undefined, get],
] as const) {
  test(name, async (t) => {
    const { api, http } = await stage(t)
    api.fail(`${ask === get ? 'GET' : 'POST'} ${PODS}`, busy(status, retryAfter))
    await assert.rejects(ask(http), (error) => error instanceof KubeError && error.status === status)
    assert.equal(api.asked.length, 1)
  })
}

test('a server that is starting says when to come again', async (t) => {
  const { api, http } = await stage(t)
  api.fail(`GET ${PODS}`, busy(503, '0'))
  await get(http)
  assert.equal(api.asked.length, 2)
})

test('how long a caller should wait is in the error', async (t) => {
  const { api, http } = await stage(t)
  api.fail(`GET ${PODS}`, busy(429, '60'))
  await assert.rejects(get(http), (error) => error instanceof KubeError && error.retryAfterMs === 60_000)
})

for (const [name, fault] of [
  ['no answer', hang],
  ['an answer that never ends', hangInBody],
] as const) {
  test(`${name}: the request ends at its timeout, and so does its socket`, async (t) => {
    const { api, http } = await stage(t, { timeoutMs: 50 })
    api.fail(`GET ${PODS}`, fault)
    await assert.rejects(get(http), isReason('Timeout'))
    await api.until(() => api.connections().open === 0)
  })
}

test('an answer that is too large is cut off', async (t) => {
  const { api, http } = await stage(t, { largestAnswer: 10_000 })
  api.fail(`GET ${PODS}`, ({ response }) => response.end(Buffer.alloc(9_999)))
  api.fail(`GET ${PODS}`, ({ response }) => response.end(Buffer.alloc(10_001)))
  await get(http)
  await assert.rejects(get(http), isReason('TooLarge'))
  await api.until(() => api.connections().open === 0)
})

test('a request ends with its signal and leaves nothing on it', async (t) => {
  const { api, http } = await stage(t)
  const control = new AbortController()
  const { signal } = control
  await get(http, { signal })
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  api.fail(`GET ${PODS}`, hang)
  const hanging = get(http, { signal })
  await api.saw(`GET ${PODS}`, 2)
  control.abort()
  await assert.rejects(hanging, isReason('Aborted'))
  await assert.rejects(get(http, { signal }), isReason('Aborted'))
  assert.equal(api.asked.length, 2)
})

test('a request that waits for its turn ends with its signal', async (t) => {
  const timers = createManualTimers()
  const { api, http } = await stage(t, { timers })
  const control = new AbortController()
  api.fail(`GET ${PODS}`, busy(429, '3'))
  const waiting = get(http, { signal: control.signal })
  await timers.waits(3_000)
  control.abort()
  await assert.rejects(waiting, isReason('Aborted'))
})

test('answering is measured from the first of the successes that follow each other', async (t) => {
  const timers = createManualTimers()
  const { api, http } = await stage(t, { timers })
  assert.equal(http.answeringMs(), 0)
  for (let i = 0; i < 4; i++) {
    await get(http)
    timers.advance(20_000)
  }
  assert.equal(http.answeringMs(), 60_000)
  timers.advance(10_001)
  assert.equal(http.answeringMs(), 0, 'a gap')
  api.fail(`GET ${PODS}`, busy(500))
  await assert.rejects(get(http))
  assert.equal(http.answeringMs(), 0, 'a failure is no success')
  await get(http)
  timers.advance(1_000)
  await get(http)
  assert.equal(http.answeringMs(), 1_000, 'counted anew after the gap')
})
