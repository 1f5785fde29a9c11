import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rackSizes } from './placement.ts'
import { firstRingTokens, type NodeTokens, primaryShares } from './tokens.ts'

const RING = 2n ** 64n
const MINIMUM = -(2n ** 63n)
const MAXIMUM = 2n ** 63n - 1n
const racks = ['rack1', 'rack2', 'rack3', 'rack4', 'rack5']

const shape = fc.record({
  nodes: fc.integer({ min: 1, max: 12 }),
  racks: fc.integer({ min: 1, max: 5 }),
  numTokens: fc.constantFrom(1, 4, 8, 16, 256),
})
const ringOf = (size: { readonly nodes: number; readonly racks: number; readonly numTokens: number }) =>
  firstRingTokens(rackSizes(racks.slice(0, size.racks), size.nodes), size.numTokens)

const tokensOf = (ring: readonly NodeTokens[]) => ring.flatMap((node) => node.tokens.map(BigInt))
const ascending = (tokens: readonly bigint[]) => [...tokens].sort((a, b) => (a < b ? -1 : 1))
/** Widths of the ranges that end at each token. */
const widths = (sorted: readonly bigint[]) =>
  sorted.map((token, index) => (index === 0 ? token - sorted.at(-1)! + RING : token - sorted[index - 1]!))

/** Width that each node holds when every rack has one replica: of its rack, the first node clockwise has the range. */
function heldByNode(ring: readonly NodeTokens[]): ReadonlyMap<string, bigint> {
  const held = new Map<string, bigint>()
  for (const rack of new Set(ring.map((node) => node.rack))) {
    const owners = ring
      .filter((node) => node.rack === rack)
      .flatMap((node) => node.tokens.map((token) => ({ token: BigInt(token), node: `${rack}-${node.ordinal}` })))
      .sort((a, b) => (a.token < b.token ? -1 : 1))
    for (const [index, width] of widths(owners.map((owner) => owner.token)).entries()) {
      const { node } = owners[index]!
      held.set(node, (held.get(node) ?? 0n) + width)
    }
  }
  return held
}

test('every node gets its number of tokens, distinct in the whole ring, ascending, none the minimum', () => {
  fc.assert(
    fc.property(shape, (size) => {
      const ring = ringOf(size)
      assert.equal(ring.length, size.nodes)
      const all = tokensOf(ring)
      assert.equal(new Set(all).size, size.nodes * size.numTokens)
      for (const node of ring) {
        const own = node.tokens.map(BigInt)
        assert.deepEqual(own, ascending(own))
        assert.ok(own.every((token) => token > MINIMUM && token <= MAXIMUM))
      }
    }),
  )
})

test('the ordinals of a rack count from 0', () => {
  fc.assert(
    fc.property(shape, (size) => {
      for (const { rack, nodes } of rackSizes(racks.slice(0, size.racks), size.nodes)) {
        const ordinals = ringOf(size)
          .filter((node) => node.rack === rack)
          .map((node) => node.ordinal)
        assert.deepEqual(ordinals, [...Array(nodes).keys()])
      }
    }),
  )
})

test('the ranges of a rack differ by rounding only', () => {
  fc.assert(
    fc.property(shape, (size) => {
      const ring = ringOf(size)
      for (const rack of new Set(ring.map((node) => node.rack))) {
        const own = ascending(widths(ascending(tokensOf(ring.filter((node) => node.rack === rack)))))
        const spread = own.at(-1)! - own[0]!
        // A token that another rack has already taken moves on by as many steps as racks at most.
        assert.ok(spread <= 2n * BigInt(size.racks), `${spread}`)
      }
    }),
  )
})

test('with a replica in every rack each node holds the share of its rack, also where racks differ in size', () => {
  fc.assert(
    fc.property(shape, (size) => {
      const ring = ringOf(size)
      const held = heldByNode(ring)
      for (const { rack, nodes } of rackSizes(racks.slice(0, size.racks), size.nodes)) {
        for (let ordinal = 0; ordinal < nodes; ordinal++) {
          const surplus = held.get(`${rack}-${ordinal}`)! - RING / BigInt(nodes)
          const rounding = 2n * BigInt(size.racks * size.numTokens)
          assert.ok(-rounding <= surplus && surplus <= rounding, `${rack}-${ordinal} holds ${surplus} too much`)
        }
      }
    }),
  )
})

test('equal racks of a power of two hold exactly the same', () => {
  for (const perRack of [1, 2, 4]) {
    for (const count of [1, 2, 4]) {
      const ring = ringOf({ nodes: perRack * count, racks: count, numTokens: 16 })
      for (const [node, width] of heldByNode(ring)) assert.equal(width, RING / BigInt(perRack), node)
    }
  }
})

test('three racks of two nodes: every node holds half of the data, up to one part in 2^57', () => {
  for (const [node, width] of heldByNode(ringOf({ nodes: 6, racks: 3, numTokens: 16 }))) {
    const error = width - RING / 2n
    assert.ok(-128n <= error && error <= 128n, `${node}: ${error}`)
  }
})

test('neighbours on the ring stand in different racks when racks are equal', () => {
  for (const count of [2, 3, 5]) {
    for (const perRack of [1, 2, 3]) {
      const owners = ringOf({ nodes: count * perRack, racks: count, numTokens: 8 })
        .flatMap((node) => node.tokens.map((token) => ({ token: BigInt(token), rack: node.rack })))
        .sort((a, b) => (a.token < b.token ? -1 : 1))
      for (const [index, { rack }] of owners.entries()) assert.notEqual(rack, owners[(index + 1) % owners.length]!.rack)
    }
  }
})

test('equal racks share the first replicas evenly too, so that no rack coordinates for the others', () => {
  for (const count of [2, 3, 5]) {
    for (const perRack of [1, 2, 3]) {
      const ring = ringOf({ nodes: count * perRack, racks: count, numTokens: 16 })
      const owners = ring.flatMap((node) => node.tokens.map((token) => [token, `${node.rack}-${node.ordinal}`]))
      const shares = primaryShares(Object.fromEntries(owners))
      assert.equal(shares.size, count * perRack)
      for (const [node, share] of shares) assert.ok(Math.abs(share - 1 / (count * perRack)) < 1e-12, `${node}: ${share}`)
    }
  }
})

test('in a rack of three or more no node has two ranges in a row, which would be one', () => {
  for (const nodes of [3, 4, 5, 12]) {
    const owners = firstRingTokens([{ rack: 'rack1', nodes }], 16)
      .flatMap((node) => node.tokens.map((token) => ({ token: BigInt(token), node: node.ordinal })))
      .sort((a, b) => (a.token < b.token ? -1 : 1))
    for (const [index, { node }] of owners.slice(1).entries()) assert.notEqual(node, owners[index]!.node)
  }
})

test('an empty rack takes no tokens', () => {
  const ring = firstRingTokens(
    [
      { rack: 'rack1', nodes: 1 },
      { rack: 'rack2', nodes: 0 },
    ],
    4,
  )
  assert.deepEqual(
    ring.map((node) => node.rack),
    ['rack1'],
  )
})

test('the primary shares of a ring add up to 1', () => {
  const tokens = fc.uniqueArray(fc.bigInt({ min: MINIMUM + 1n, max: MAXIMUM }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(tokens, fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 40, maxLength: 40 }), (all, names) => {
      const shares = primaryShares(Object.fromEntries(all.map((token, index) => [String(token), names[index]!])))
      const sum = [...shares.values()].reduce((a, b) => a + b, 0)
      assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`)
      assert.ok([...shares.values()].every((share) => share > 0))
    }),
  )
})

test('an owner has the ranges that end at its tokens, the first one wraps', () => {
  const quarter = 2n ** 62n
  const shares = primaryShares({ [String(-quarter)]: 'a', 0: 'b', [String(quarter)]: 'c' })
  assert.deepEqual([shares.get('a'), shares.get('b'), shares.get('c')], [0.5, 0.25, 0.25])
})

test('a single token owns everything, no token nothing', () => {
  assert.equal(primaryShares({ 42: 'a' }).get('a'), 1)
  assert.equal(primaryShares({}).size, 0)
})
