import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicationOf } from './replication.ts'

test('5.0 prints options without a class', () => {
  assert.deepEqual(replicationOf({ dc1: '3' }), { strategy: 'NetworkTopology', byDatacenter: { dc1: 3 } })
  assert.deepEqual(replicationOf({ replication_factor: '2' }), { strategy: 'Simple', replicas: 2 })
})

test('a class that is printed is read too', () => {
  const strategy = 'org.apache.cassandra.locator.NetworkTopologyStrategy'
  assert.deepEqual(replicationOf({ class: strategy, dc1: '3', dc2: '1' }), {
    strategy: 'NetworkTopology',
    byDatacenter: { dc1: 3, dc2: 1 },
  })
})

test('what is not understood is unknown and never a number', () => {
  for (const options of [{}, { dc1: '3/1' }, { class: 'com.acme.Mine', dc1: '3' }, { replication_factor: '3/1' }, { dc1: '' }]) {
    assert.deepEqual(replicationOf(options), { strategy: 'Unknown' })
  }
})
