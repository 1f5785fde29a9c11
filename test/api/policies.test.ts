// What the admission policies answer: they see who asks, what goes with a delete, and what is inside spec.config.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ownedConfigKeys } from '../../api/owned-config.ts'
import { type Api, startApi } from './control-plane.ts'
import { as, cluster, patch, refusals, warnings } from './objects.ts'

let api: Api
before(async () => {
  api = await startApi()
})
after(() => api?.stop())

const create = ['create', '-f', '-']
const dryRun = ['create', '--dry-run=server', '-f', '-']

describe('deletionProtection', () => {
  const message = (name: string) =>
    `CassandraCluster ${name} has spec.deletionProtection: true. Set it to false first; its volumes are kept unless storage.retention.whenDeleted is Delete.`

  test('keeps a cluster until it is taken off', async () => {
    await api.kubectl.run(create, cluster('orders', { deletionProtection: true }))
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'cass', 'orders']), [
      `cassandraclusters.ringkeeper.io "orders" is forbidden: ${message('orders')}`,
    ])
    await api.kubectl.run(patch('cass', 'orders', { spec: { deletionProtection: false } }))
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'cass', 'orders']), [])
  })

  test('holds when a whole collection, or the namespace, is deleted', async () => {
    await api.kubectl.run(create, cluster('held', { deletionProtection: true }))
    const collection = await api.kubectl.try(['delete', '--raw', '/apis/ringkeeper.io/v1alpha1/namespaces/default/cassandraclusters'])
    assert.ok(collection.stderr.includes(message('held')), collection.stderr)
    const user = as('system:serviceaccount:kube-system:namespace-controller')
    assert.equal((await refusals(api.kubectl, ['delete', 'cass', 'held', ...user])).length, 1)
  })

  test('is not needed to delete a cluster without it', async () => {
    await api.kubectl.run(create, cluster('free'))
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'cass', 'free']), [])
  })
})

describe('spec.config', () => {
  const refused = (keys: string, name = 'demo') =>
    `cassandraclusters.ringkeeper.io "${name}" is forbidden: spec.config sets ${keys}, which the operator owns; remove it`

  test('cannot hold keys that the operator owns: all are named at once', async () => {
    const config = { seed_provider: [], listen_address: '10.0.0.1', concurrent_reads: 64 }
    assert.deepEqual(await refusals(api.kubectl, dryRun, cluster('demo', { config })), [refused('listen_address, seed_provider')])
  })

  test('cannot hold any of them', async () => {
    const config = Object.fromEntries(ownedConfigKeys.map((key) => [key, 'x']))
    assert.deepEqual(await refusals(api.kubectl, dryRun, cluster('demo', { config })), [refused(ownedConfigKeys.join(', '))])
  })

  test('cannot get one later', async () => {
    await api.kubectl.run(create, cluster('later', { config: { concurrent_reads: 64 } }))
    assert.deepEqual(await refusals(api.kubectl, patch('cass', 'later', { spec: { config: { cluster_name: 'x' } } })), [
      refused('cluster_name', 'later'),
    ])
  })

  test('keeps other keys as they are, whatever their shape', async () => {
    const config = {
      concurrent_reads: 64,
      hinted_handoff_disabled_datacenters: ['dc2'],
      memtable: { configurations: { default: { a: 1 } } },
    }
    await api.kubectl.run(create, cluster('shapes', { config }))
    const stored = await api.kubectl.get<{ spec: { config: object } }>(['cass', 'shapes'])
    assert.deepEqual(stored?.spec.config, config)
  })
})

describe('advice', () => {
  const uneven = (nodes: number) =>
    `spec.nodes is ${nodes} over 3 racks: the racks will be uneven, and so will the data; a multiple of 3 is even`
  const racks = [{ name: 'a' }, { name: 'b' }, { name: 'c' }]

  test('on uneven racks, only when what makes them uneven changes', async () => {
    assert.deepEqual(await warnings(api.kubectl, create, cluster('uneven', { nodes: 4, racks })), [uneven(4)])
    assert.deepEqual(await warnings(api.kubectl, patch('cass', 'uneven', { spec: { paused: true } })), [])
    assert.deepEqual(await warnings(api.kubectl, patch('cass', 'uneven', { spec: { nodes: 5 } })), [uneven(5)])
    assert.deepEqual(await warnings(api.kubectl, patch('cass', 'uneven', { spec: { nodes: 6 } })), [])
  })

  test('on a missing memory limit, when the cluster is made', async () => {
    const noLimit = (heap: string) =>
      `no memory limit: the heap is ${heap} and nothing bounds the memory beside it; set spec.resources.limits.memory before production`
    assert.deepEqual(await warnings(api.kubectl, create, cluster('unlimited', { resources: undefined })), [noLimit('1Gi')])
    const requests = { resources: { requests: { cpu: '1' } }, jvm: { heapSize: '2Gi' } }
    assert.deepEqual(await warnings(api.kubectl, dryRun, cluster('unlimited-2', requests)), [noLimit('2Gi')])
    assert.deepEqual(await warnings(api.kubectl, patch('cass', 'unlimited', { spec: { paused: true } })), [])
  })

  test('on protection that the namespace does not have', async () => {
    const manifest = cluster('protected', { deletionProtection: true })
    assert.deepEqual(await warnings(api.kubectl, dryRun, manifest), [
      'deletionProtection does not cover the deletion of the namespace: kubectl label ns default ringkeeper.io/deletion-protection=',
    ])
    assert.deepEqual(await warnings(api.kubectl, ['-n', 'guarded', ...dryRun], manifest), [])
  })
})

describe('a CustomResourceDefinition', () => {
  for (const [plural, kind] of [
    ['cassandraclusters', 'CassandraCluster'],
    ['cassandranodes', 'CassandraNode'],
  ]) {
    test(`of ${kind} is not deleted without a label`, async () => {
      const crd = `${plural}.ringkeeper.io`
      assert.deepEqual(await refusals(api.kubectl, ['delete', 'crd', crd]), [
        `customresourcedefinitions.apiextensions.k8s.io "${crd}" is forbidden: deleting ${crd} deletes every ${kind} with it. If that is what you want: kubectl label crd ${crd} ringkeeper.io/allow-delete=`,
      ])
      await api.kubectl.run(['label', 'crd', crd, 'ringkeeper.io/allow-delete='])
      assert.deepEqual(await refusals(api.kubectl, ['delete', 'crd', crd, '--dry-run=server']), [])
      await api.kubectl.run(['label', 'crd', crd, 'ringkeeper.io/allow-delete-'])
    })
  }
})

describe('a namespace', () => {
  test('with the label is not deleted', async () => {
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'ns', 'guarded']), [
      'namespaces "guarded" is forbidden: namespace guarded is protected, because it holds Cassandra volumes. If it may go: kubectl label ns guarded ringkeeper.io/deletion-protection-',
    ])
  })

  test('without the label is deleted', async () => {
    await api.kubectl.run(['create', 'namespace', 'open'])
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'ns', 'open', '--wait=false']), [])
  })
})
