// The order is the safety argument: which fact wins over which, and which changes of the order would lose it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { unknown } from '../../lib/result.ts'
import { forming, type Options, type Stage, snapshot, times, uid, withPod } from '../../test/snapshots.ts'
import { decide, order } from './order.ts'
import type { Snapshot, Verdict } from './types.ts'

const anyStage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone')
const anyWorld = fc
  .record({
    stages: fc.array(anyStage, { minLength: 1, maxLength: 7 }),
    wanted: fc.integer({ min: 1, max: 8 }),
    outdated: fc.array(fc.integer({ min: 0, max: 6 })),
    deleting: fc.array(fc.integer({ min: 0, max: 6 })),
    isForming: fc.boolean(),
    first: fc.option(fc.integer({ min: 0, max: 6 })),
  })
  .map(({ stages, wanted, outdated, deleting, isForming, first }) => {
    const bootstrap = first === null ? undefined : { firstNode: { node: 'x', nodeUID: uid(first), pvcUID: `claim-${first}` } }
    const status = isForming ? forming(bootstrap === undefined ? {} : { bootstrap }) : {}
    const node: NonNullable<Options['node']> = (each, index) =>
      withPod(each, { deleting: deleting.includes(index), revision: outdated.includes(index) ? 'old' : 'new' })
    return snapshot({ stages, spec: { nodes: wanted }, status, node })
  })

const stepsOf = ({ verdict }: { readonly verdict: Verdict }) => (verdict.kind === 'act' ? verdict.steps : [])

describe('whatever the world is like', () => {
  test('a verdict has a reason and words, and is the same again', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const decided = decide(world)
        assert.deepEqual(decide(world), decided)
        if (decided.verdict.kind !== 'settled') assert.ok(decided.verdict.message.length > 0)
        if (decided.verdict.kind === 'wait') assert.ok(decided.verdict.again > 0)
      }),
      { numRuns: 500 },
    )
  })

  test('the steps of one verdict are of one node each, and what is destroyed carries uid and version', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const pods = new Map(world.nodes.map(({ record, pod }) => [record.metadata.name, pod]))
        for (const step of stepsOf(decide(world))) {
          if (step.kind !== 'delete-pod') continue
          assert.equal(step.uid, pods.get(step.node)?.uid)
          assert.equal(step.resourceVersion, pods.get(step.node)?.resourceVersion)
          assert.equal(pods.get(step.node)?.deleting, false)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a pod is never made beside one that is still there', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const pods = new Map(world.nodes.map(({ record, pod }) => [record.metadata.name, pod]))
        for (const step of stepsOf(decide(world))) if (step.kind === 'create-pod') assert.equal(pods.get(step.node), undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('a record goes only while nothing of the node ever ran', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        for (const step of stepsOf(decide(world))) {
          if (step.kind !== 'delete-node') continue
          const node = world.nodes.find(({ record }) => record.metadata.name === step.node)
          assert.equal(node?.pod, undefined)
          assert.equal(node?.record.status?.hostID, undefined)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('a grant is for a node that waits and has not joined, and names its pod', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        for (const step of stepsOf(decide(world))) {
          if (step.kind !== 'grant') continue
          const node = world.nodes.find(({ record }) => record.metadata.name === step.node)
          assert.equal(step.grant.podUID, node?.pod?.uid)
          assert.equal(step.grant.nodeUID, node?.record.spec.nodeUID)
          assert.equal(node?.record.status?.hostID, undefined)
          assert.equal(node?.own.known && node.own.value.start.phase, 'WaitingForGrant')
        }
      }),
      { numRuns: 500 },
    )
  })

  test('an agent that falls silent never makes anything destroyed that was spared before', () => {
    const doomed = (world: Snapshot) =>
      new Set(
        stepsOf(decide(world)).flatMap((step) =>
          step.kind === 'delete-node' || step.kind === 'grant' ? [`${step.kind} ${step.node}`] : [],
        ),
      )
    fc.assert(
      fc.property(anyWorld, fc.nat(6), (world, index) => {
        const nodes = world.nodes.map((node, at) => (at === index ? { ...node, own: unknown('NoAnswer', 'no answer') } : node))
        const name = world.nodes[index]?.record.metadata.name
        const before = doomed(world)
        for (const what of doomed({ ...world, nodes })) assert.ok(before.has(what) || !what.endsWith(` ${name}`), what)
      }),
      { numRuns: 500 },
    )
  })
})

describe('what comes before what', () => {
  /** The order with two of them changed. */
  const swapped = (a: string, b: string) => {
    const list = [...order]
    const at = (name: string) => order.findIndex((decision) => decision.name === name)
    assert.ok(at(a) >= 0 && at(b) >= 0, `${a}, ${b}`)
    list[at(a)] = order[at(b)] as (typeof order)[number]
    list[at(b)] = order[at(a)] as (typeof order)[number]
    return list
  }
  const facts: readonly (readonly [string, readonly [string, string], Snapshot])[] = [
    [
      'a pause wins over recovery',
      ['respectPause', 'recoverJoinedNodes'],
      snapshot({ stages: ['gone', 'up', 'up'], spec: { paused: true } }),
    ],
    [
      'members come back before the ring is frozen',
      ['recoverJoinedNodes', 'freezeOnForeignNode'],
      snapshot({ stages: ['up', 'gone', 'up'], view: (view) => ({ ...view, hostIDs: { ...view.hostIDs, x: 'stranger' } }) }),
    ],
    [
      'a frozen ring takes no node',
      ['freezeOnForeignNode', 'addNode'],
      snapshot({ stages: [...times(3, 'up'), 'waiting'], view: (view) => ({ ...view, hostIDs: { ...view.hostIDs, x: 'stranger' } }) }),
    ],
    [
      'the volumes of others are respected before racks are recorded',
      ['refuseStrayVolumes', 'placeRacks'],
      snapshot({
        stages: [],
        status: { ...forming(), datacenters: undefined },
        snapshot: { strayClaims: [{ name: 'a', clusterUID: 'old' }] },
      }),
    ],
    [
      'the ring is whole before it is published',
      ['formRing', 'publish'],
      snapshot({
        stages: ['up', 'waiting', 'waiting'],
        status: forming({ bootstrap: { firstNode: { node: 'x', nodeUID: uid(0), pvcUID: 'claim-0' } } }),
      }),
    ],
    [
      'the superuser is in effect before the ring is published',
      ['setUpRoles', 'publish'],
      snapshot({
        stages: times(3, 'up'),
        status: forming({
          bootstrap: { firstNode: { node: 'x', nodeUID: uid(0), pvcUID: 'claim-0' } },
          systemKeyspaces: snapshot({ stages: times(3, 'up') }).status.systemKeyspaces ?? [],
        }),
      }),
    ],
    [
      'the roll goes before the next node',
      ['rollOut', 'addNode'],
      snapshot({ stages: times(3, 'up'), spec: { nodes: 4 }, node: (node) => withPod(node, { revision: 'old' }) }),
    ],
    [
      'the cleanup goes before the next node',
      ['cleanUp', 'addNode'],
      snapshot({ stages: times(4, 'up'), spec: { nodes: 5 }, status: { cleanup: { pending: ['demo-dc1-rack1-0'] } } }),
    ],
  ]
  for (const [what, [first, second], world] of facts) {
    test(what, () => {
      assert.ok(order.findIndex(({ name }) => name === first) < order.findIndex(({ name }) => name === second))
      assert.notDeepEqual(decide(world, swapped(first, second)).verdict, decide(world).verdict)
    })
  }

  test('notes are collected on the way, and end at the verdict', () => {
    const { verdict, notes } = decide(snapshot({ stages: ['up', 'up', 'up'], spec: { nodes: 4 }, snapshot: { unknownPods: ['x'] } }))
    assert.equal(verdict.kind, 'act')
    assert.equal(notes.length, 1)
  })
})

test('a settled ring of any size has nothing to do', () => {
  for (const count of [1, 2, 3, 4, 6, 9]) {
    for (const racks of [1, 2, 3])
      assert.equal(decide(snapshot({ stages: times(count, 'up'), racks })).verdict.kind, 'settled', `${count}/${racks}`)
  }
})
