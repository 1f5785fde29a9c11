import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Stage, snapshot, times } from '../../test/snapshots.ts'
import { reportKeyspaces } from './report-keyspaces.ts'

const report = (stages: readonly Stage[], replicas: string) =>
  reportKeyspaces(snapshot({ stages, view: (view) => ({ ...view, keyspaces: { ...view.keyspaces, orders: { dc1: replicas } } }) }))

test('a keyspace that wants more replicas than there are nodes is named', () => {
  assert.deepEqual(report(times(2, 'up'), '3'), {
    kind: 'noted',
    reason: 'KeyspaceUnderReplicated',
    message: 'keyspace orders wants 3 replicas, and there are 2 nodes',
  })
})

test('members that are down count, nodes that have not joined do not', () => {
  assert.equal(report(['up', 'down', 'silent'], '3').kind, 'settled')
  assert.equal(report(['up', 'up', 'waiting'], '3').kind, 'noted')
})

test('nobody can tell: nothing is said', () => {
  assert.equal(report(times(3, 'down'), '9').kind, 'settled')
})
