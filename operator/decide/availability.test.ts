import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, type Stage, snapshot, times } from '../../test/snapshots.ts'
import { ringOf } from './availability.ts'

const ring = (stages: readonly Stage[], more: Partial<Options> = {}) => ringOf(snapshot({ stages, ...more }))

test('every token with the name and rack of its node, ascending', () => {
  const fact = ring(times(3, 'up'))
  assert.ok(fact.known)
  assert.equal(fact.value.owners.length, 48)
  assert.ok(fact.value.owners.every((owner, index, all) => index === 0 || (all[index - 1]?.token ?? 0n) < owner.token))
  assert.equal(fact.value.owners[0]?.rack, 'rack1')
})

test('as somebody who has joined sees it; nodes that are down keep their tokens', () => {
  const fact = ring(['down', 'silent', 'up'])
  assert.equal(fact.known && fact.value.owners.length, 48)
  assert.equal(ring(['down', 'silent', 'joining']).known, false)
})

test('a token of somebody without a record: unknown, not left out', () => {
  const fact = ring(times(3, 'up'), { view: (view) => ({ ...view, tokenOwners: { ...view.tokenOwners, '1': '10.9.9.9:7000' } }) })
  assert.equal(!fact.known && fact.reason, 'ViewsDisagree')
})

test('replicas by strategy; one that is not understood makes the ring unknown', () => {
  const keyspaces = (given: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
    ring(times(3, 'up'), { view: (view) => ({ ...view, keyspaces: given }) })
  const fact = keyspaces({ a: { dc1: '3' }, b: { replication_factor: '2' }, c: { dc9: '3' } })
  assert.deepEqual(fact.known && fact.value.keyspaces, [
    { name: 'a', replicas: 3, byRack: true },
    { name: 'b', replicas: 2, byRack: false },
    { name: 'c', replicas: 0, byRack: true },
  ])
  assert.equal(keyspaces({ a: { dc1: '3/1' } }).known, false)
})
