import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import type { KubeObject } from '../api/objects.ts'
import { json } from './fake/answers.ts'
import { createManualTimers, type ManualTimers } from './fake/manual-timers.ts'
import type { FakeApi, Fault } from './fake/server.ts'
import { stage } from './fake/stage.ts'
import { createStore, type Store, type StoreOptions } from './store.ts'

const PODS = '/api/v1/pods'
const LIST = `GET ${PODS}`
const WATCH = `WATCH ${PODS}`

type Scene = {
  readonly api: FakeApi
  readonly timers: ManualTimers
  readonly store: Store<KubeObject>
  readonly told: string[]
  readonly logged: string[]
  /** Resolves when this has been told. */
  readonly hears: (what: string) => Promise<void>
  readonly end: AbortController
  readonly running: Promise<void>
}

async function scene(t: TestContext, prepare: (api: FakeApi) => void, options: Partial<StoreOptions<KubeObject>> = {}): Promise<Scene> {
  const { api, client } = await stage(t)
  prepare(api)
  const timers = createManualTimers()
  const end = new AbortController()
  const told: string[] = []
  const logged: string[] = []
  let look = (): void => undefined
  const store = createStore<KubeObject>({
    client,
    path: PODS,
    timers,
    log: (message) => logged.push(message),
    ...options,
    onChange: (object, before) => {
      told.push(object === undefined ? `-${before?.metadata.name}` : `${before === undefined ? '+' : '~'}${object.metadata.name}`)
      look()
      options.onChange?.(object, before)
    },
  })
  const running = store.run(end.signal)
  t.after(() => end.abort())
  const hears = (what: string): Promise<void> =>
    new Promise((resolve) => {
      look = () => told.includes(what) && resolve()
      look()
    })
  return { api, timers, store, told, logged, hears, end, running }
}

const add = (api: FakeApi, name: string) => api.objects.create(PODS, 'shop', { metadata: { name } })
const drop = (api: FakeApi, name: string): void => {
  const live = api.objects.get(PODS, 'shop', name)
  assert.ok(live)
  api.objects.remove(PODS, live)
}
const reset: Fault = ({ socket }) => socket.destroy()
const fails =
  (status: number, headers: Readonly<Record<string, string>> = {}): Fault =>
  ({ response }) =>
    json(response, status, { reason: 'Broken' }, headers)
/** A watch that the server ends as soon as it has begun. */
const endAtOnce: Fault = ({ response }) => response.writeHead(200).end()
const bookmark = (version: number): string =>
  `${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } })}\n`
const lists = (api: FakeApi): number => api.asked.filter(({ query }) => query.get('watch') === null).length
const count = (api: FakeApi): number => api.asked.length - lists(api)
/** First pause after a failure, with randomness 0.5. */
const FIRST = 375

test('a list, then the watch from its version', async (t) => {
  const { api, store, told, hears } = await scene(t, (at) => add(at, 'a'))
  await store.synced
  assert.deepEqual(told, ['+a'])
  const { query } = await api.saw(WATCH)
  assert.equal(query.get('resourceVersion'), '101')
  add(api, 'b')
  await hears('+b')
  drop(api, 'a')
  await hears('-a')
  assert.deepEqual(
    store.all().map(({ metadata }) => metadata.name),
    ['b'],
  )
})

test('a watch whose connection is reset goes on from where it was, without a list', async (t) => {
  const { api, timers, store, hears } = await scene(t, (at) => {
    add(at, 'a')
    at.fail(WATCH, reset)
  })
  await store.synced
  await timers.waits(FIRST)
  add(api, 'b') // while nobody watches
  timers.advance(FIRST)
  await hears('+b')
  assert.equal(lists(api), 1)
})

for (const status of [401, 403, 500, 503]) {
  test(`HTTP ${status} on the first list, and on a watch: it goes on trying, and lists once`, async (t) => {
    const { api, timers, store, hears } = await scene(t, (at) => {
      at.fail(LIST, fails(status))
      at.fail(WATCH, fails(status))
    })
    await timers.waits(FIRST)
    timers.advance(FIRST)
    await store.synced
    await timers.waits(2 * FIRST)
    timers.advance(2 * FIRST)
    await api.saw(WATCH, 2)
    add(api, 'a')
    await hears('+a')
    assert.equal(lists(api), 2)
  })
}

test('410: it lists, and the keys of what has vanished are told; a failing list in between changes nothing', async (t) => {
  const { api, timers, store, told, hears } = await scene(t, (at) => {
    add(at, 'a')
    add(at, 'b')
    at.fail(WATCH, reset)
  })
  await store.synced
  await timers.waits(FIRST)
  drop(api, 'a')
  add(api, 'c')
  api.compact()
  api.fail(LIST, fails(500))
  timers.advance(FIRST)
  await timers.waits(2 * FIRST) // after 410
  timers.advance(2 * FIRST)
  await timers.waits(4 * FIRST) // after 500
  assert.deepEqual(told, ['+a', '+b'])
  assert.equal(store.all().length, 2)
  timers.advance(4 * FIRST)
  await hears('+c')
  assert.deepEqual(told, ['+a', '+b', '-a', '+c'])
})

test('pages that become too old in the middle leave the store as it was until there is a whole list', async (t) => {
  const many = Array.from({ length: 600 }, (_, i) => `pod-${i}`)
  const { api, store, told } = await scene(t, (at) => {
    for (const name of many) add(at, name)
    at.fail(LIST, ({ answer }) => answer())
    at.fail(LIST, fails(410))
  })
  await store.synced
  assert.equal(lists(api), 4)
  assert.deepEqual(told.toSorted(), many.map((name) => `+${name}`).sort())
})

test('a bookmark moves the resume point', async (t) => {
  const { api, timers, store } = await scene(t, () => undefined)
  await store.synced
  await api.saw(WATCH)
  timers.advance(180_000)
  api.send(bookmark(900))
  api.endWatches()
  assert.equal((await api.saw(WATCH, 2)).query.get('resourceVersion'), '900')
  assert.equal(lists(api), 1)
})

test('a half-open watch is given up at the deadline, and the next one begins', async (t) => {
  const { api, timers, logged } = await scene(t, (at) => at.fail(WATCH, ({ response }) => response.writeHead(200).flushHeaders()), {
    timing: { seconds: 0, graceMs: 50 },
  })
  await timers.waits(FIRST)
  assert.match(logged.join(), /no answer within/)
  timers.advance(FIRST)
  await api.saw(WATCH, 2)
})

test('a consumer that throws is reported, and nothing else happens', async (t) => {
  const { api, hears, logged } = await scene(t, (at) => add(at, 'a'), {
    onChange: () => {
      throw new Error('a bug')
    },
  })
  await api.saw(WATCH)
  add(api, 'b')
  await hears('+b')
  assert.deepEqual(logged, Array(2).fill(`a consumer of ${PODS} threw: Error: a bug`))
  assert.equal(count(api), 1)
})

test('a watch that ends at once is a failure: ever longer pauses up to half a minute', async (t) => {
  const { api, timers, store } = await scene(t, (at) => {
    for (let i = 0; i < 9; i++) at.fail(WATCH, endAtOnce)
  })
  await store.synced
  for (const ms of [375, 750, 1_500, 3_000, 6_000, 12_000, 22_500, 22_500]) {
    await timers.waits(ms)
    timers.advance(ms)
  }
  await api.saw(WATCH, 9)
  assert.equal(lists(api), 1)
})

test('a slow list does not make a watch that ends at once a long one', async (t) => {
  const { api, timers } = await scene(t, (at) => {
    at.fail(LIST, ({ answer }) => {
      timers.advance(5_000)
      answer()
    })
    at.fail(WATCH, endAtOnce)
  })
  await timers.waits(FIRST)
  assert.equal(count(api), 1)
})

test('a watch that lived takes the pauses back, however it ended', async (t) => {
  const { api, timers } = await scene(t, (at) => {
    at.fail(WATCH, endAtOnce)
    at.fail(WATCH, endAtOnce)
    at.fail(WATCH, ({ response, socket }) => {
      response.writeHead(200).flushHeaders()
      timers.advance(60_000)
      socket.destroy()
    })
  })
  await timers.waits(FIRST)
  timers.advance(FIRST)
  await timers.waits(2 * FIRST)
  timers.advance(2 * FIRST)
  await api.saw(WATCH, 3)
  await timers.waits(FIRST)
})

test('a throttled watch waits for as long as the server says', async (t) => {
  const { timers } = await scene(t, (at) => at.fail(WATCH, fails(429, { 'retry-after': '7' })))
  await timers.waits(7_000)
})

test('silence is measured from what the server last said, bookmarks included', async (t) => {
  const { api, timers, store, hears } = await scene(t, () => undefined)
  timers.advance(1_000)
  assert.equal(store.silentMs(), 1_000)
  await store.synced
  assert.equal(store.silentMs(), 0, 'a list')
  await api.saw(WATCH)
  timers.advance(60_000)
  assert.equal(store.silentMs(), 60_000)
  add(api, 'a')
  await hears('+a')
  assert.equal(store.silentMs(), 0, 'an event')
  timers.advance(60_000)
  api.send(bookmark(900))
  api.endWatches()
  await api.saw(WATCH, 2)
  assert.equal(store.silentMs(), 0, 'a bookmark')
  timers.advance(60_000)
  api.endWatches()
  await api.saw(WATCH, 3)
  assert.equal(store.silentMs(), 60_000, 'a new connection alone says nothing')
})

test('every ten minutes and some it lists, and finds what the watch has hidden', async (t) => {
  const { api, timers, store, told, hears } = await scene(t, (at) => add(at, 'a'))
  await store.synced
  await api.saw(WATCH)
  timers.advance(629_000)
  api.endWatches()
  await api.saw(WATCH, 2)
  assert.equal(lists(api), 1)
  timers.advance(1_000)
  api.fail(LIST, ({ response }) => json(response, 200, { metadata: { resourceVersion: '900' }, items: [] }))
  api.endWatches()
  await hears('-a')
  assert.deepEqual(told, ['+a', '-a'])
  assert.equal((await api.saw(WATCH, 3)).query.get('resourceVersion'), '900')
})

test('a resync that fails does not keep the watch from going on', async (t) => {
  const { api, timers, store, hears } = await scene(t, (at) => add(at, 'a'))
  await store.synced
  await api.saw(WATCH)
  timers.advance(700_000)
  api.fail(LIST, fails(500))
  api.endWatches()
  await api.saw(WATCH, 2)
  add(api, 'b')
  await hears('+b')
})

test('what nobody reads is not kept', async (t) => {
  const { store } = await scene(t, (at) => at.objects.create(PODS, 'shop', { metadata: { name: 'a' }, bulk: '…' }), {
    keep: ({ metadata }) => ({ metadata }),
  })
  await store.synced
  assert.deepEqual(Object.keys(store.all()[0] ?? {}), ['metadata'])
})

test('the signal that outlives every watch gathers nothing', async (t) => {
  const { api, timers, store, end } = await scene(t, (at) => {
    for (let i = 0; i < 20; i++) at.fail(WATCH, i % 2 === 0 ? endAtOnce : reset)
  })
  await store.synced
  for (let i = 1; i <= 20; i++) {
    await timers.waits(Math.min(FIRST * 2 ** (i - 1), 22_500))
    timers.advance(30_000)
  }
  await api.saw(WATCH, 21)
  assert.equal(getEventListeners(end.signal, 'abort').length, 1, 'that of the running watch')
})

for (const [name, what, fault] of [
  ['a list', LIST, () => undefined],
  ['a watch', WATCH, () => undefined],
] as const) {
  test(`it ends at once with its signal, also when ${name} hangs`, async (t) => {
    const { api, end, running, logged } = await scene(t, (at) => at.fail(what, fault))
    await api.saw(what)
    end.abort()
    await running
    assert.deepEqual(logged, [])
  })
}

test('it ends at once with its signal while it pauses', async (t) => {
  const { timers, end, running } = await scene(t, (at) => at.fail(LIST, fails(500)))
  await timers.waits(FIRST)
  end.abort()
  await running
})
