import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Condition } from '../../api/kinds/condition.ts'
import { reasons } from '../../api/reasons.ts'
import { deepEqual } from '../../lib/deep-equal.ts'
import { addressOf, forming, type Options, type Stage, snapshot, times, withPod } from '../../test/snapshots.ts'
import { decide } from '../decide/order.ts'
import type { Snapshot } from '../decide/types.ts'
import { clusterStatus } from './cluster-status.ts'
import { nodeStatus } from './node-status.ts'

const TYPES = ['Available', 'Ready', 'Reconciling', 'Stalled', 'Degraded']
const anyStage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone')
const anyWorld = fc
  .record({ stages: fc.array(anyStage, { maxLength: 7 }), wanted: fc.integer({ min: 1, max: 8 }), isForming: fc.boolean(), old: fc.nat(6) })
  .map(({ stages, wanted, isForming, old }) =>
    snapshot({
      stages,
      spec: { nodes: wanted },
      status: isForming ? forming() : {},
      node: (node, index) => (index === old ? withPod(node, { revision: 'old' }) : node),
    }),
  )

const statusOf = (world: Snapshot) => clusterStatus(world, decide(world))
function says(world: Snapshot): Record<string, string> {
  return Object.fromEntries((statusOf(world).conditions ?? []).map(({ type, status, reason }) => [type, `${status} ${reason}`]))
}
const condition = (world: Snapshot, type: string): Condition | undefined => statusOf(world).conditions?.find((each) => each.type === type)

describe('whatever the world is like', () => {
  test('five conditions in one order, each with a listed reason, words and the generation', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const { conditions = [], observedGeneration } = statusOf(world)
        assert.deepEqual(
          conditions.map(({ type }) => type),
          TYPES,
        )
        assert.equal(observedGeneration, 1)
        for (const each of conditions) {
          assert.ok(Object.hasOwn(reasons, each.reason), each.reason)
          assert.ok(each.message.length > 0 && each.message.length <= 2048)
          assert.equal(each.observedGeneration, 1)
        }
      }),
      { numRuns: 300 },
    )
  })

  test('the status of an unchanged world is the same an hour later: nothing is written', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const decided = decide(world)
        const status = clusterStatus(world, decided)
        const nodes = world.nodes.map((node) => ({ ...node, record: { ...node.record, status: nodeStatus(node, world) } }))
        const later = { ...world, now: world.now + 3_600_000, status, nodes }
        assert.ok(deepEqual(clusterStatus(later, decided), status))
        for (const node of later.nodes) assert.ok(deepEqual(nodeStatus(node, later), node.record.status))
      }),
      { numRuns: 300 },
    )
  })

  test('Ready is True for a ring that is whole and up, and for no other', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        if (condition(world, 'Ready')?.status !== 'True') return
        assert.ok(world.nodes.every((node) => node.own.known && node.own.value.cassandra?.operationMode === 'NORMAL'))
        assert.ok(world.status.initializedAt !== undefined && world.nodes.length >= world.cluster.spec.nodes)
      }),
      { numRuns: 300 },
    )
  })
})

test('a ring that serves', () => {
  const world = snapshot({ stages: times(3, 'up') })
  assert.deepEqual(says(world), {
    Available: 'True QuorumEverywhere',
    Ready: 'True Healthy',
    Reconciling: 'False Healthy',
    Stalled: 'False Healthy',
    Degraded: 'False Healthy',
  })
  const status = statusOf(world)
  assert.deepEqual([status.nodes, status.readyNodes, status.nodesReady, status.schemaVersions, status.version], [3, 3, '3/3', 1, '5.0.9'])
  assert.deepEqual(
    status.datacenters?.[0]?.racks.map(({ readyNodes }) => readyNodes),
    [1, 1, 1],
  )
  assert.deepEqual(status.endpoints, { cql: 'demo-dc1.shop.svc:9042', localDatacenter: 'dc1' })
})

describe('available tells what serves, whatever is wrong with the spec', () => {
  const bad: Partial<Snapshot> = { specProblem: { reason: 'ConfigRejected', message: 'spec.config.x is 1: no such setting' } }

  test('a spec that is refused', () => {
    assert.deepEqual(says(snapshot({ stages: times(3, 'up'), snapshot: bad })), {
      Available: 'True QuorumEverywhere',
      Ready: 'False ConfigRejected',
      Reconciling: 'False ConfigRejected',
      Stalled: 'True ConfigRejected',
      Degraded: 'False Healthy',
    })
  })

  test('the good one again: healthy at once', () => {
    const refused = snapshot({ stages: times(3, 'up'), snapshot: bad })
    const good = { ...refused, specProblem: undefined, status: statusOf(refused) }
    assert.equal(says(good).Ready, 'True Healthy')
    assert.equal(says(good).Stalled, 'False Healthy')
  })

  const available = (stages: readonly Stage[], more: Partial<Options> = {}) => says(snapshot({ stages, ...more })).Available
  test('one of three down or silent leaves a quorum, two do not', () => {
    // Its system keyspaces stand on three replicas, system_traces on two.
    const three: Options['view'] = (view) => ({ ...view, keyspaces: { orders: { dc1: '3' } } })
    assert.equal(available(['up', 'down', 'up'], { view: three }), 'True QuorumEverywhere')
    assert.equal(available(['up', 'silent', 'silent'], { view: three }), 'True QuorumEverywhere', 'others see them up')
    assert.equal(available(['up', 'gone', 'down'], { view: three }), 'False QuorumLost')
  })

  test('nodes that serve alone, each cut off from the others, are no quorum', () => {
    const alone: Options['view'] = (view, index) => ({ ...view, live: [addressOf(index)], keyspaces: { orders: { dc1: '3' } } })
    assert.equal(available(times(3, 'up'), { view: alone }), 'False QuorumLost')
    const one: Options['view'] = (view, index) => ({
      ...view,
      live: index === 0 ? [addressOf(0)] : view.live.filter((address) => address !== addressOf(0)),
      keyspaces: { orders: { dc1: '3' } },
    })
    assert.equal(available(times(3, 'up'), { view: one }), 'True QuorumEverywhere')
  })

  test('a keyspace that no number of live nodes could serve is reported and does not spoil it', () => {
    const wide: Options['view'] = (view) => ({ ...view, keyspaces: { orders: { dc1: '5' } } })
    assert.equal(available(['up', 'up'], { view: wide }), 'True QuorumEverywhere')
    assert.equal(says(snapshot({ stages: ['up', 'up'], view: wide })).Degraded, 'True KeyspaceUnderReplicated')
  })

  test('nobody can tell: Unknown, and never False', () => {
    assert.equal(available(times(3, 'silent')), 'Unknown ViewsIncomplete')
    assert.equal(says(snapshot({ stages: times(3, 'silent') })).Ready, 'False Recovering')
  })
})

test('the time of a condition moves with its status alone', () => {
  const before = snapshot({ stages: times(3, 'up') })
  const held = (statusOf(before).conditions ?? []).map((each) => ({ ...each, lastTransitionTime: '2020-01-01T00:00:00Z' }))
  const world = snapshot({ stages: ['up', 'down', 'up'], status: { conditions: held } })
  const times_ = Object.fromEntries((statusOf(world).conditions ?? []).map(({ type, lastTransitionTime }) => [type, lastTransitionTime]))
  assert.equal(times_.Ready, '2026-01-01T00:00:00Z')
  assert.equal(times_.Stalled, '2020-01-01T00:00:00Z')
})

test('what a person must do ends the message of what is blocked', () => {
  const message = condition(snapshot({ stages: times(3, 'up'), spec: { nodes: 2 } }), 'Stalled')?.message
  assert.equal(message, 'spec.nodes is 2, but 3 nodes hold data; set it back to 3. Set spec.nodes back to the number in the message.')
})

test('what the agents do not tell stays as it was told last', () => {
  const world = snapshot({ stages: times(3, 'silent'), status: { version: '5.0.8', schemaVersions: 1 } })
  assert.deepEqual([statusOf(world).version, statusOf(world).schemaVersions], ['5.0.8', 1])
})
