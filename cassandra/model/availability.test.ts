import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quorumLostWithout, type Ring, replicasOf } from './availability.ts'
import { rackSizes } from './placement.ts'
import { firstRingTokens } from './tokens.ts'

/** Nodes in ring order, each written as rack and name: `1a`. */
const ownersOf = (order: readonly string[]): Ring['owners'] =>
  order.map((node, index) => ({ token: BigInt(index), node, rack: `rack${node[0]}` }))
const ringOf = (order: readonly string[], replicas: number, byRack = true): Ring => ({
  owners: ownersOf(order),
  keyspaces: [{ name: 'shop', replicas, byRack }],
})
const loses = (ring: Ring, ...away: readonly string[]) => quorumLostWithout(ring, new Set(away)).length > 0

/** A ring as the operator forms it. */
function formed(nodes: number, racks: number, replicas: number): Ring {
  const sizes = rackSizes(['rack1', 'rack2', 'rack3', 'rack4', 'rack5'].slice(0, racks), nodes)
  const owners = firstRingTokens(sizes, 4)
    .flatMap(({ rack, ordinal, tokens }) => tokens.map((token) => ({ token: BigInt(token), node: `${rack}-${ordinal}`, rack })))
    .sort((a, b) => (a.token < b.token ? -1 : 1))
  return { owners, keyspaces: [{ name: 'shop', replicas, byRack: true }] }
}

// What NetworkTopologyStrategy.calculateNaturalReplicas of 5.0 answers for these rings.
for (const [order, replicas, expected] of [
  [['1a', '2a', '3a'], 3, ['1a', '2a', '3a']],
  [['1a', '1b', '2a', '3a'], 3, ['1a', '2a', '3a']],
  [['1a', '1b', '1c', '2a'], 3, ['1a', '1b', '2a']],
  [['1a', '1b', '1c'], 2, ['1a', '1b']],
  [['1a', '1b', '2a', '2b', '3a'], 2, ['1a', '2a']],
  [['1a', '2a'], 3, ['1a', '2a']],
  [['1a', '1a', '2a', '1b'], 2, ['1a', '2a']],
] as const) {
  test(`${replicas} replicas on ${order.join(' ')} are ${expected.join(' ')}`, () => {
    assert.deepEqual([...replicasOf(ringOf(order, replicas), 0, replicas, true)].sort(), expected)
  })
}

test('SimpleStrategy takes the next nodes, whatever their rack', () => {
  assert.deepEqual(replicasOf(ringOf(['1a', '1b', '2a'], 2), 2, 2, false), ['2a', '1a'])
})

test('replicas are distinct nodes, as many as there can be, in as many racks as there can be', () => {
  const order = fc.array(fc.constantFrom('1a', '1b', '1c', '2a', '2b', '3a', '4a'), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 6 }), (nodes, replicas) => {
      const ring = ringOf(nodes, replicas)
      const racks = new Set(nodes.map((node) => node[0])).size
      for (const index of nodes.keys()) {
        const chosen = replicasOf(ring, index, replicas, true)
        assert.equal(new Set(chosen).size, chosen.length)
        assert.equal(chosen.length, Math.min(replicas, new Set(nodes).size))
        assert.equal(new Set(chosen.map((node) => node[0])).size, Math.min(replicas, racks))
        assert.equal(chosen[0], nodes[index])
      }
    }),
  )
})

test('three replicas in three racks: a whole rack may be away, a node of a second rack may not', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 12 }), (nodes) => {
      const ring = formed(nodes, 3, 3)
      const ofRack = (rack: string) => new Set(ring.owners.filter((owner) => owner.rack === rack).map((owner) => owner.node))
      for (const rack of ['rack1', 'rack2', 'rack3']) assert.deepEqual(quorumLostWithout(ring, ofRack(rack)), [])
      assert.deepEqual(quorumLostWithout(ring, new Set([...ofRack('rack1'), 'rack2-0'])), [{ keyspace: 'shop', replicas: 3 }])
    }),
  )
})

test('without a node of a keyspace with one or two replicas a quorum is lost', () => {
  for (const replicas of [1, 2]) assert.ok(loses(ringOf(['1a', '2a', '3a'], replicas), '2a'))
})

test('more replicas than nodes: the quorum still counts the replicas that the keyspace asks for', () => {
  assert.ok(loses(ringOf(['1a', '2a'], 3), '1a'))
  assert.ok(!loses(ringOf(['1a', '2a'], 3)))
  assert.ok(loses(ringOf(['1a'], 3)))
})

test('who is away more, never loses less', () => {
  const away = fc.subarray(['rack1-0', 'rack1-1', 'rack2-0', 'rack2-1', 'rack3-0', 'rack3-1'])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), away, away, (replicas, some, more) => {
      const ring = formed(6, 3, replicas)
      if (loses(ring, ...some)) assert.ok(loses(ring, ...some, ...more))
    }),
  )
})

test('an empty ring loses nothing', () => assert.deepEqual(quorumLostWithout(ringOf([], 3), new Set(['1a'])), []))
