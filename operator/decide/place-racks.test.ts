import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { known, unknown } from '../../lib/result.ts'
import { NOW, type Options, snapshot, times } from '../../test/snapshots.ts'
import { chooseRacks, placeRacks } from './place-racks.ts'
import type { Verdict } from './types.ts'

const zones = (...names: readonly string[]) =>
  known(
    names.map((name) => ({ name, kubeNodes: 1 })),
    NOW,
  )
const fresh = { datacenters: undefined }
const racksOf = (verdict: Verdict) =>
  verdict.kind === 'act' ? verdict.steps.flatMap((step) => (step.kind === 'record-racks' ? step.racks : [])) : verdict

test('without racks in the spec: one for each of three zones', () => {
  const verdict = placeRacks(snapshot({ stages: [], status: fresh, snapshot: { zones: zones('c', 'a', 'b') } }))
  assert.deepEqual(racksOf(verdict), [
    { name: 'rack1', zone: 'a' },
    { name: 'rack2', zone: 'b' },
    { name: 'rack3', zone: 'c' },
  ])
})

test('fewer than three zones make one rack', () => {
  assert.deepEqual(
    chooseRacks([
      { name: 'a', kubeNodes: 9 },
      { name: 'b', kubeNodes: 9 },
      { name: 'c', kubeNodes: 0 },
    ]),
    [{ name: 'rack1' }],
  )
})

test('property: the choice is the zones with most room, whatever order they come in', () => {
  const zone = fc.record({ name: fc.constantFrom(...'abcdefgh'), kubeNodes: fc.integer({ min: 0, max: 4 }) })
  fc.assert(
    fc.property(fc.uniqueArray(zone, { selector: ({ name }) => name, maxLength: 8 }), (all) => {
      const racks = chooseRacks(all)
      assert.deepEqual(chooseRacks([...all].reverse()), racks)
      if (racks.length === 1) return
      const chosen = all.filter(({ name }) => racks.some((rack) => rack.zone === name))
      const least = Math.min(...chosen.map(({ kubeNodes }) => kubeNodes))
      assert.ok(least > 0)
      assert.ok(all.every((other) => chosen.includes(other) || other.kubeNodes <= least))
    }),
  )
})

test('zones that cannot be read are not zones that do not exist', () => {
  const verdict = placeRacks(snapshot({ stages: [], status: fresh, snapshot: { zones: unknown('NoAnswer', 'forbidden') } }))
  assert.equal(verdict.kind === 'wait' && verdict.reason, 'ViewsIncomplete')
})

test('what is recorded is never chosen again', () => {
  assert.equal(placeRacks(snapshot({ stages: times(3, 'up'), snapshot: { zones: zones('x', 'y', 'z') } })).kind, 'settled')
})

test('a rack that the spec adds is recorded after those that run', () => {
  const racks = [{ name: 'rack4' }, { name: 'rack1' }, { name: 'rack2' }, { name: 'rack3' }]
  const verdict = placeRacks(snapshot({ stages: times(3, 'up'), spec: { racks } }))
  assert.deepEqual(racksOf(verdict), [{ name: 'rack1' }, { name: 'rack2' }, { name: 'rack3' }, { name: 'rack4' }])
})

test('a rack in a zone without a machine is refused before it is recorded, with the zones that have one', () => {
  const racks = [
    { name: 'a', zone: 'zone-2' },
    { name: 'b', zone: 'mars-1' },
  ]
  const ask = (more: Partial<Options>) => placeRacks(snapshot({ stages: [], spec: { racks }, status: fresh, ...more }))
  const refused = ask({ snapshot: { zones: zones('zone-2', 'zone-1') } })
  assert.deepEqual(refused, {
    kind: 'blocked',
    reason: 'Unschedulable',
    message: 'the zone of rack b is mars-1: no ready, schedulable Kubernetes node is there; zones with machines are zone-1, zone-2',
  })
  const none = ask({ snapshot: { zones: zones() } })
  assert.match(none.kind === 'blocked' ? none.message : '', /no Kubernetes node carries a zone$/)
  assert.deepEqual(racksOf(ask({ snapshot: { zones: zones('zone-2', 'mars-1') } })), racks)
  assert.deepEqual(racksOf(ask({ snapshot: { zones: unknown('NoAnswer', 'forbidden') } })), racks, 'nobody can tell')
})
