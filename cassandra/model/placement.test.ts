import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rackOfNextNode, rackSizes } from './placement.ts'

const racks = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 16 })

test('racks are balanced: no node is lost, sizes differ by at most one, the first are the larger', () => {
  fc.assert(
    fc.property(racks, fc.integer({ min: 0, max: 1000 }), (names, nodes) => {
      const sizes = rackSizes(names, nodes).map((rack) => rack.nodes)
      assert.equal(
        sizes.reduce((a, b) => a + b, 0),
        nodes,
      )
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1)
      assert.deepEqual(
        sizes,
        [...sizes].sort((a, b) => b - a),
      )
    }),
  )
})

test('the racks keep their order', () => {
  assert.deepEqual(rackSizes(['b', 'a'], 3), [
    { rack: 'b', nodes: 2 },
    { rack: 'a', nodes: 1 },
  ])
})

test('adding one node after another to the smallest rack ends where the balance says', () => {
  fc.assert(
    fc.property(racks, fc.integer({ min: 0, max: 60 }), (names, nodes) => {
      const counts = new Map(names.map((rack) => [rack, 0]))
      for (let added = 0; added < nodes; added++) {
        const next = rackOfNextNode([...counts].map(([rack, count]) => ({ rack, nodes: count })))
        assert.ok(next !== undefined)
        counts.set(next, counts.get(next)! + 1)
      }
      assert.deepEqual(
        rackSizes(names, nodes),
        [...counts].map(([rack, count]) => ({ rack, nodes: count })),
      )
    }),
  )
})

test('a rack that lost nodes is filled first', () => {
  const sizes = [
    { rack: 'rack1', nodes: 3 },
    { rack: 'rack2', nodes: 1 },
    { rack: 'rack3', nodes: 3 },
  ]
  assert.equal(rackOfNextNode(sizes), 'rack2')
})

test('without racks there is no next one', () => assert.equal(rackOfNextNode([]), undefined))
