import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/errors.ts'
import { snapshot } from '../../test/snapshots.ts'
import { checkStorage } from './check-storage.ts'

const byDefault = { 'storageclass.kubernetes.io/is-default-class': 'true' }
async function check(
  name: string | undefined,
  classes: Readonly<Record<string, Readonly<Record<string, string>>>> | Error,
): Promise<string | undefined> {
  const storage = { size: '1Gi', ...(name === undefined ? {} : { storageClassName: name }) }
  const items = Object.entries(classes).map(([each, annotations]) => ({ metadata: { name: each, annotations } }))
  const list = async () => {
    if (classes instanceof Error) throw classes
    return { items, resourceVersion: '1' }
  }
  const problem = await checkStorage({ list } as unknown as KubeClient, snapshot({ stages: [], spec: { storage } }).cluster)
  return problem === undefined ? undefined : `${problem.reason}: ${problem.message}`
}

test('a class that is there, or a default one where none is named', async () => {
  assert.equal(await check('local', { local: {} }), undefined)
  assert.equal(await check(undefined, { slow: {}, local: byDefault }), undefined)
})

test('a class that is not there: its name, and those that are', async () => {
  assert.equal(
    await check('fast-ssd', { slow: {}, local: {} }),
    'StorageFailed: spec.storage.storageClassName is fast-ssd: no such storage class; there are local, slow',
  )
  assert.equal(
    await check('fast-ssd', {}),
    'StorageFailed: spec.storage.storageClassName is fast-ssd: no such storage class; there is none; make one',
  )
})

test('no class is named and none is the default', async () => {
  assert.equal(
    await check(undefined, { slow: { 'storageclass.kubernetes.io/is-default-class': 'false' } }),
    'StorageFailed: spec.storage.storageClassName is not set and no storage class is the default: name one; there are slow',
  )
})

test('volumes made by hand have no class', async () => assert.equal(await check('', {}), undefined))

test('classes that may not be read are not absent; another failure ends the pass', async () => {
  assert.equal(await check('fast-ssd', new KubeError(403, 'Forbidden', 'no')), undefined)
  await assert.rejects(check('fast-ssd', new KubeError(503, '', 'down')), /down/)
})
