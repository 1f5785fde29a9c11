import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../api/objects.ts'
import { KubeError } from './errors.ts'
import { json } from './fake/answers.ts'
import { type Stage, stage } from './fake/stage.ts'

const PODS = '/api/v1/pods'
const COLLECTION = '/api/v1/namespaces/shop/pods'
const A = `${COLLECTION}/a`
const isKind = (kind: KubeError['kind']) => (error: unknown) => error instanceof KubeError && error.kind === kind

const fill = ({ api }: Stage, count: number): void => {
  for (let i = 0; i < count; i++) api.objects.create(PODS, 'shop', { metadata: { name: `pod-${i}` } })
}

test('a list comes in pages of 500, of one moment, and never from the cache at version 0', async (t) => {
  const on = await stage(t)
  fill(on, 1_201)
  const { items, resourceVersion } = await on.client.list<KubeObject>(PODS, 'labelSelector=app%3Da')
  assert.equal(new Set(items.map(({ metadata }) => metadata.name)).size, 1_201)
  assert.equal(resourceVersion, String(on.api.objects.version()))
  assert.deepEqual(
    on.api.asked.map(({ query }) => Object.fromEntries(query)),
    [undefined, '500', '1000'].map((token) => ({
      labelSelector: 'app=a',
      limit: '500',
      ...(token === undefined ? {} : { continue: token }),
    })),
  )
})

test('pages that have become too old: the list begins again, and holds nothing twice', async (t) => {
  const on = await stage(t)
  fill(on, 700)
  on.api.fail(`GET ${PODS}`, ({ answer }) => answer())
  on.api.fail(`GET ${PODS}`, ({ response }) => json(response, 410, { reason: 'Expired' }))
  const { items } = await on.client.list<KubeObject>(PODS)
  assert.equal(items.length, 700)
  assert.equal(on.api.asked.length, 4)
})

test('pages that become too old each time: gone, after the second try', async (t) => {
  const on = await stage(t)
  for (let i = 0; i < 3; i++) on.api.fail(`GET ${PODS}`, ({ response }) => json(response, 410, { reason: 'Expired' }))
  await assert.rejects(on.client.list(PODS), isKind('gone'))
  assert.equal(on.api.asked.length, 2)
})

test('objects stay raw: unknown fields are there, dates are strings, and items of a list say what they are', async (t) => {
  const { api, client } = await stage(t)
  const status = { startTime: '2026-01-15T12:00:00Z', newInSomeVersion: { deep: [1, null] } }
  api.objects.create(PODS, 'shop', { metadata: { name: 'a', creationTimestamp: '2026-01-15T11:59:59Z' }, status })
  const [listed] = (await client.list<KubeObject & { readonly status: unknown }>(PODS)).items
  assert.equal(listed?.kind, 'Pod')
  assert.equal(listed?.apiVersion, 'v1')
  assert.deepEqual(listed?.status, status)
  assert.equal(listed?.metadata.creationTimestamp, '2026-01-15T11:59:59Z')
  assert.deepEqual((await client.get<typeof listed>(A))?.status, status)
})

test('only "not found" is absent; a failed read is never "nothing there"', async (t) => {
  const { api, client } = await stage(t)
  assert.equal(await client.get(A), undefined)
  for (const status of [400, 401, 403, 409, 410, 500, 503]) {
    api.fail(`GET ${A}`, ({ response }) => json(response, status, {}))
    await assert.rejects(client.get(A), KubeError)
  }
  api.fail(`GET ${A}`, ({ response }) => response.end('<html>a proxy</html>'))
  await assert.rejects(client.get(A), SyntaxError)
})

for (const [status, body, kind] of [
  [409, { reason: 'AlreadyExists' }, 'exists'],
  [409, { reason: 'Conflict' }, 'conflict'],
  [422, { reason: 'Invalid' }, 'invalid'],
  [413, 'too large', 'invalid'],
  [403, { reason: 'Forbidden' }, 'forbidden'],
  [401, { reason: 'Unauthorized' }, 'unavailable'],
  [502, '<html>bad gateway</html>', 'unavailable'],
  [500, null, 'unavailable'],
  [500, { message: { not: 'text' }, reason: 7 }, 'unavailable'],
] as const) {
  test(`HTTP ${status} with ${JSON.stringify(body)} is ${kind}`, async (t) => {
    const { api, client } = await stage(t)
    api.fail(`POST ${COLLECTION}`, ({ response }) => json(response, status, body))
    await assert.rejects(client.create(COLLECTION, {}), isKind(kind))
  })
}

test('the words of the server are the message; without any, what was asked', async (t) => {
  const { api, client } = await stage(t)
  api.fail(`GET ${A}`, ({ response }) => json(response, 403, { reason: 'Forbidden', message: 'pods is forbidden' }))
  await assert.rejects(client.get(A), /^KubeError: pods is forbidden$/)
  api.fail(`GET ${A}`, ({ response }) => json(response, 500, {}))
  await assert.rejects(client.get(A), new RegExp(`GET ${A}: HTTP 500`))
})

test('apply sends the full intent under one manager, and takes fields over only when told', async (t) => {
  const { api, client } = await stage(t)
  api.objects.create(PODS, 'shop', { metadata: { name: 'a' } })
  await client.apply(A, { metadata: { name: 'a' } }, { manager: 'ringkeeper' })
  await client.apply(A, { metadata: { name: 'a' } }, { manager: 'ringkeeper', force: true, dryRun: true })
  assert.deepEqual(
    api.asked.map(({ method, contentType, query }) => [method, contentType, Object.fromEntries(query)]),
    [
      ['PATCH', 'application/apply-patch+yaml', { fieldManager: 'ringkeeper', fieldValidation: 'Strict' }],
      ['PATCH', 'application/apply-patch+yaml', { fieldManager: 'ringkeeper', fieldValidation: 'Strict', force: 'true', dryRun: 'All' }],
    ],
  )
})

test('a replace on top of an older version is a conflict', async (t) => {
  const { api, client } = await stage(t)
  const seen = api.objects.create(PODS, 'shop', { metadata: { name: 'a' } })
  api.objects.update(PODS, seen, { ...seen, changed: true })
  await assert.rejects(client.replace(A, seen), isKind('conflict'))
})

for (const [name, path, write, times] of [
  ['a replace of a version goes out again', A, (on: Stage, seen: KubeObject) => on.client.replace(A, seen), 2],
  ['an apply goes out again', A, (on: Stage, seen: KubeObject) => on.client.apply(A, seen, { manager: 'ringkeeper' }), 2],
  ['a replace of whatever is there does not', A, (on: Stage) => on.client.replace(A, { metadata: { name: 'a' } } as KubeObject), 1],
  ['a merge does not', A, (on: Stage) => on.client.merge(A, {}), 1],
  ['a create does not', COLLECTION, (on: Stage) => on.client.create(COLLECTION, {}), 1],
  ['a create that changes nothing does', COLLECTION, (on: Stage) => on.client.create(COLLECTION, { metadata: { name: 'b' } }, true), 2],
] as const) {
  test(`after the reset of a re-used socket ${name}`, async (t) => {
    const on = await stage(t)
    const seen = on.api.objects.create(PODS, 'shop', { metadata: { name: 'a' } })
    await on.client.get(A)
    for (const method of ['PUT', 'PATCH', 'POST']) on.api.fail(`${method} ${path}`, ({ socket }) => socket.destroy())
    await write(on, seen).catch(() => undefined)
    assert.equal(on.api.asked.length, 1 + times)
  })
}
