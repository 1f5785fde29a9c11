import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destroy } from './destroy.ts'
import { KubeError } from './errors.ts'
import { stage } from './fake/stage.ts'

const CLAIMS = '/api/v1/persistentvolumeclaims'
const PATH = '/api/v1/namespaces/shop/persistentvolumeclaims/data'
const isConflict = (error: unknown): boolean => error instanceof KubeError && error.kind === 'conflict'

test('what was seen is deleted, with its uid and version and an explicit propagation', async (t) => {
  const { api, client } = await stage(t)
  const { metadata } = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  assert.equal(await destroy(client, PATH, metadata), 'deleted')
  assert.equal(api.objects.list(CLAIMS).length, 0)
  const { body } = await api.saw(`DELETE ${PATH}`)
  assert.deepEqual(body, {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    preconditions: { uid: metadata.uid, resourceVersion: metadata.resourceVersion },
    propagationPolicy: 'Background',
  })
})

test('the read before it is not from a cache', async (t) => {
  const { api, client } = await stage(t)
  await destroy(client, PATH, { uid: 'u', resourceVersion: '1' })
  assert.equal((await api.saw(`GET ${PATH}`)).query.size, 0)
})

test('a successor of the same name is not touched', async (t) => {
  const { api, client } = await stage(t)
  const before = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  api.objects.remove(CLAIMS, before)
  api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  assert.equal(await destroy(client, PATH, before.metadata), 'absent')
  assert.equal(api.objects.list(CLAIMS).length, 1)
  assert.ok(api.asked.every(({ method }) => method === 'GET'))
})

test('a successor that comes between the read and the delete is not touched', async (t) => {
  const { api, client } = await stage(t)
  const before = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  api.fail(`GET ${PATH}`, ({ answer }) => {
    answer()
    api.objects.remove(CLAIMS, before)
    api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  })
  await assert.rejects(destroy(client, PATH, before.metadata), isConflict)
  assert.equal(api.objects.list(CLAIMS).length, 1)
})

test('what has changed since it was seen is not deleted', async (t) => {
  const { api, client } = await stage(t)
  const seen = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  api.objects.update(CLAIMS, seen, { ...seen, changed: true })
  await assert.rejects(destroy(client, PATH, seen.metadata), isConflict)
  assert.equal(api.objects.list(CLAIMS).length, 1)
})

test('a read that fails deletes nothing', async (t) => {
  const { api, client } = await stage(t)
  const { metadata } = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  api.fail(`GET ${PATH}`, ({ response }) => response.writeHead(500).end())
  await assert.rejects(destroy(client, PATH, metadata))
  assert.equal(api.objects.list(CLAIMS).length, 1)
})

test('a delete whose answer was lost has happened once', async (t) => {
  const { api, client } = await stage(t)
  const { metadata } = api.objects.create(CLAIMS, 'shop', { metadata: { name: 'data' } })
  api.fail(`DELETE ${PATH}`, ({ answer, response, socket }) => {
    response.end = () => socket.destroy() as never
    answer()
  })
  assert.equal(await destroy(client, PATH, metadata), 'absent')
  assert.equal(api.objects.list(CLAIMS).length, 0)
})
