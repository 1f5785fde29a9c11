import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { forming, type Options, snapshot } from '../../test/snapshots.ts'
import { dataClaim } from './claim.ts'
import { disruptionBudget } from './disruption-budget.ts'
import { nodeRecord } from './node-record.ts'
import { cassandraName, nodeSettings } from './node-settings.ts'
import { services } from './services.ts'

type Made = {
  readonly metadata: {
    readonly name: string
    readonly labels: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly { readonly uid: string }[]
  }
  readonly spec: Readonly<Record<string, unknown>> & { readonly selector: Readonly<Record<string, string>> }
}
const world = (more: Partial<Options> = {}) => {
  const { cluster, nodes } = snapshot({ stages: ['recorded'], ...more })
  const node = nodes[0]?.record
  assert.ok(node !== undefined)
  return { cluster, node }
}

describe('the claim of a node', () => {
  const claim = (spec: Options['spec'] = {}) => {
    const { cluster, node } = world({ spec })
    return dataClaim(cluster, node) as Made
  }
  test('carries a part of the uid in its name, so that a name which returns finds no old volume', () => {
    assert.equal(claim().metadata.name, 'data-demo-dc1-rack1-0-00000000')
  })
  test('belongs to nobody, unless it shall go with the cluster', () => {
    assert.equal(claim().metadata.ownerReferences, undefined)
    assert.equal(claim({ storage: { size: '1Gi', retention: { whenDeleted: 'Retain' } } }).metadata.ownerReferences, undefined)
    const gone = claim({ storage: { size: '1Gi', retention: { whenDeleted: 'Delete' } } })
    assert.deepEqual(
      gone.metadata.ownerReferences?.map(({ uid }) => uid),
      ['c0ffee00-1111'],
      'the cluster, never the node',
    )
  })
  test('names a class only when the spec does', () => {
    assert.ok(!('storageClassName' in claim().spec))
    assert.equal(claim({ storage: { size: '1Gi', storageClassName: '' } }).spec.storageClassName, '')
  })
})

test('the budget has an integer, and selects this very cluster', () => {
  const made = disruptionBudget(world().cluster, 'dc1', 2) as Made
  assert.deepEqual(made.spec, {
    minAvailable: 2,
    selector: {
      matchLabels: { 'ringkeeper.io/cluster': 'demo', 'ringkeeper.io/cluster-uid': 'c0ffee00-1111', 'ringkeeper.io/datacenter': 'dc1' },
    },
  })
})

describe('services', () => {
  const named = (more: Partial<Options> = {}) => services(world(more).cluster, 'dc1') as readonly Made[]
  test('clients get theirs when the first ring is whole', () => {
    assert.deepEqual(
      named().map(({ metadata }) => metadata.name),
      ['demo-dc1', 'demo-dc1-nodes', 'demo-seeds'],
    )
    assert.deepEqual(
      named({ status: forming() }).map(({ metadata }) => metadata.name),
      ['demo-dc1-nodes', 'demo-seeds'],
    )
  })
  test('nodes find each other before they are ready, clients only what is', () => {
    assert.deepEqual(
      named().map(({ spec }) => spec.publishNotReadyAddresses ?? false),
      [false, true, true],
    )
  })
  test('each selects this very cluster by its uid', () => {
    for (const { spec } of named()) assert.equal(spec.selector['ringkeeper.io/cluster-uid'], 'c0ffee00-1111')
  })
})

test('a record has its tokens only when they were computed', () => {
  const step = { kind: 'create-node', datacenter: 'dc1', rack: 'rack2', ordinal: 3 } as const
  const { cluster } = world()
  const made = nodeRecord(cluster, step, 'uid-1') as Made
  assert.equal(made.metadata.name, 'demo-dc1-rack2-3')
  assert.deepEqual(made.spec, { clusterRef: { name: 'demo' }, datacenter: 'dc1', rack: 'rack2', ordinal: 3, nodeUID: 'uid-1' })
  assert.deepEqual((nodeRecord(cluster, { ...step, initialTokens: ['1'] }, 'uid-1') as Made).spec.initialTokens, ['1'])
})

test('two clusters of one name have two names inside Cassandra', () => {
  const { cluster, node } = world()
  assert.equal(cassandraName(cluster), 'demo-c0ffee00')
  assert.equal(cassandraName(world({ spec: { clusterName: 'Given' } }).cluster), 'Given')
  assert.ok(!('expectedHostID' in nodeSettings(cluster, node, 1024, undefined)))
})
