// What the API server answers to a CassandraNode, which the operator makes and nobody changes.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, startApi } from './control-plane.ts'
import { as, cluster, node, operator, patch, refusals } from './objects.ts'

let api: Api
before(async () => {
  api = await startApi()
})
after(() => api?.stop())

const create = ['create', '-f', '-']
const kubeSystem = 'system:serviceaccount:kube-system'

/** A node as the operator makes it, with or without its cluster as controller. */
async function makeNode(ordinal: number, controller = true): Promise<string> {
  const name = `demo-dc1-rack1-${ordinal}`
  const object = JSON.parse(node(name, { ordinal })) as { metadata: object }
  const owner = { apiVersion: 'ringkeeper.io/v1alpha1', kind: 'CassandraCluster', name: 'demo', uid: 'c-1', controller }
  await api.kubectl.run([...create, ...operator], JSON.stringify({ ...object, metadata: { ...object.metadata, ownerReferences: [owner] } }))
  return name
}

describe('a node', () => {
  test('is made by the operator', async () => {
    assert.deepEqual(await refusals(api.kubectl, [...create, '--dry-run=server', ...operator], node('demo-dc1-rack1-0')), [])
  })

  test('is not made by hand', async () => {
    assert.deepEqual(await refusals(api.kubectl, create, node('demo-dc1-rack1-0')), [
      'cassandranodes.ringkeeper.io "demo-dc1-rack1-0" is forbidden: CassandraNodes are made by the operator: kubectl scale cass demo --replicas=N',
    ])
  })

  const tooManyTokens = Array.from({ length: 257 }, (_, index) => String(index))
  const wrong: readonly (readonly [what: string, name: string])[] = [
    ['another cluster', 'shop-dc1-rack1-0'],
    ['another rack', 'demo-dc1-rack2-0'],
    ['another ordinal', 'demo-dc1-rack1-1'],
    ['a leading zero', 'demo-dc1-rack1-00'],
    ['something in between', 'demo-dc1-rack1-x-0'],
    ['no ordinal', 'demo-dc1-rack1'],
  ]
  for (const [what, name] of wrong) {
    test(`has no name with ${what}`, async () => {
      assert.deepEqual(await refusals(api.kubectl, [...create, ...operator], node(name)), [
        'metadata.name: Forbidden: metadata.name must be <clusterRef.name>-<datacenter>-<rack>-<ordinal>, as the spec says them',
      ])
    })
  }

  test('has at most 256 tokens', async () => {
    assert.deepEqual(await refusals(api.kubectl, [...create, ...operator], node('demo-dc1-rack1-0', { initialTokens: tooManyTokens })), [
      'spec.initialTokens: Too many: 257: must have at most 256 items',
    ])
  })

  test('keeps its spec, even for the operator', async () => {
    const name = await makeNode(10)
    assert.deepEqual(await refusals(api.kubectl, [...patch('cassn', name, { spec: { nodeUID: 'n-2' } }), ...operator]), [
      'spec: Forbidden: the spec of a CassandraNode is immutable: it is the identity of one node for life; take the change back',
    ])
  })

  test('gets its status', async () => {
    const name = await makeNode(11)
    const status = { state: 'UN', hostID: 'h-1', ip: '10.0.0.7', volumes: [{ name: 'data', claim: 'data-x', uid: 'u' }] }
    assert.deepEqual(await refusals(api.kubectl, patch('cassn', name, { status }, '--subresource=status')), [])
    const stored = await api.kubectl.get<{ status: object }>(['cassn', name])
    assert.deepEqual(stored?.status, status)
  })
})

describe('deleting a node', () => {
  const inRing = (name: string) =>
    `CassandraNode ${name} is a node of the ring, and this version of Ringkeeper does not remove nodes; it goes with its cluster: kubectl delete cass demo`

  test('is refused to a user', async () => {
    const name = await makeNode(20)
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'cassn', name]), [
      `cassandranodes.ringkeeper.io "${name}" is forbidden: ${inRing(name)}`,
    ])
  })

  test('is refused when it is one of a whole collection', async () => {
    const name = await makeNode(21)
    const answer = await api.kubectl.try(['delete', '--raw', '/apis/ringkeeper.io/v1alpha1/namespaces/default/cassandranodes'])
    assert.match(answer.stderr, /this version of Ringkeeper does not remove nodes/)
    assert.notEqual(await api.kubectl.get(['cassn', name]), undefined)
  })

  const allowed = [
    `${kubeSystem}:generic-garbage-collector`,
    `${kubeSystem}:namespace-controller`,
    'system:kube-controller-manager',
    'system:serviceaccount:ringkeeper-system:ringkeeper',
  ]
  for (const [index, user] of allowed.entries()) {
    test(`is allowed to ${user}`, async () => {
      const name = await makeNode(30 + index)
      assert.deepEqual(await refusals(api.kubectl, ['delete', 'cassn', name, ...as(user)]), [])
    })
  }

  test('is refused to a service account that only has the name of the operator', async () => {
    const name = await makeNode(40)
    const answer = await refusals(api.kubectl, ['delete', 'cassn', name, ...as('system:serviceaccount:default:ringkeeper')])
    assert.equal(answer.length, 1)
  })

  test('is allowed to a user when no cluster controls it any more', async () => {
    const name = await makeNode(41, false)
    assert.deepEqual(await refusals(api.kubectl, ['delete', 'cassn', name]), [])
  })
})

test('a cluster of the longest name has nodes with names that fit', async () => {
  const name = `a${'b'.repeat(23)}`
  const spec = { clusterRef: { name }, datacenter: 'd'.repeat(16), rack: 'r'.repeat(16), ordinal: 9999 }
  const nodeName = `${name}-${spec.datacenter}-${spec.rack}-9999`
  assert.equal(nodeName.length, 63)
  assert.deepEqual(await refusals(api.kubectl, create, cluster(name)), [])
  assert.deepEqual(await refusals(api.kubectl, [...create, ...operator], node(nodeName, spec)), [])
})
