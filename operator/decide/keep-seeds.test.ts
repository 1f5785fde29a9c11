import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forming, type Stage, snapshot, times, uid, withPod } from '../../test/snapshots.ts'
import { keepSeeds, seedsOf } from './keep-seeds.ts'
import type { Snapshot } from './types.ts'

const anyStage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone')
const anyRing = fc.record({
  stages: fc.array(anyStage, { minLength: 1, maxLength: 9 }),
  racks: fc.integer({ min: 1, max: 5 }),
  seeds: fc.array(fc.integer({ min: 0, max: 8 })),
})
const ring = ({ stages, racks, seeds }: { stages: Stage[]; racks: number; seeds: number[] }): Snapshot =>
  snapshot({ stages, racks, node: (node, index) => withPod(node, { isSeed: seeds.includes(index) }) })

/** As it is after the labels were written. */
function labelled(world: Snapshot): Snapshot {
  const verdict = keepSeeds(world)
  if (verdict.kind !== 'act') return world
  const labels = verdict.steps.flatMap((step) => (step.kind === 'label-seeds' ? step.nodes : []))
  const nodes = world.nodes.map((node) => {
    const label = labels.find((each) => each.node === node.record.metadata.name)
    return label === undefined ? node : withPod(node, { isSeed: label.seed })
  })
  return { ...world, nodes }
}

test('property: at most three, in as many racks as can be, members if there are any', () => {
  fc.assert(
    fc.property(anyRing, (input) => {
      const world = ring(input)
      const seeds = seedsOf(world)
      const members = world.nodes.filter((node) => node.record.status?.hostID !== undefined)
      const candidates = members.length > 0 ? members : world.nodes
      const racks = new Set(candidates.map((node) => node.record.spec.rack)).size
      const chosen = world.nodes.filter((node) => seeds.has(node.record.metadata.name))
      assert.equal(seeds.size, Math.min(3, candidates.length))
      assert.equal(new Set(chosen.map((node) => node.record.spec.rack)).size, Math.min(3, racks))
      assert.ok(chosen.every((node) => candidates.includes(node)))
    }),
  )
})

test('property: once written, the labels stay', () => {
  fc.assert(fc.property(anyRing, (input) => assert.equal(keepSeeds(labelled(ring(input))).kind, 'settled')))
})

test('property: the order in which nodes are listed is not what decides between seeds that are there', () => {
  fc.assert(
    fc.property(anyRing, (input) => {
      const world = labelled(ring(input))
      if (world.nodes.some((node) => node.pod === undefined)) return
      assert.deepEqual([...seedsOf({ ...world, nodes: [...world.nodes].reverse() })].sort(), [...seedsOf(world)].sort())
    }),
  )
})

test('a seed that is down stays a seed, and its pod is labelled at its birth', () => {
  assert.equal(keepSeeds(snapshot({ stages: ['down', 'up', 'up', 'up'] })).kind, 'settled')
  assert.ok(seedsOf(snapshot({ stages: ['gone', 'up', 'up', 'up', 'up', 'up'] })).has('demo-dc1-rack1-0'))
})

test('a node that joins is none before it is a member', () => {
  assert.equal(keepSeeds(snapshot({ stages: [...times(2, 'up'), 'joining'] })).kind, 'act', 'its label is taken away')
})

test('a pod that ends keeps its label', () => {
  const world = snapshot({ stages: times(3, 'up'), node: (node) => withPod(node, { isSeed: false, deleting: true }) })
  assert.equal(keepSeeds(world).kind, 'settled')
})

test('while the ring forms the first node is a seed, wherever it stands', () => {
  const status = forming({ bootstrap: { firstNode: { node: 'x', nodeUID: uid(4), pvcUID: 'y' } } })
  const seeds = [...seedsOf(snapshot({ stages: times(6, 'waiting'), status }))]
  assert.deepEqual(seeds.sort(), ['demo-dc1-rack1-0', 'demo-dc1-rack2-1', 'demo-dc1-rack3-0'])
})
