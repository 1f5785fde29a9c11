import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { CassandraView } from '../../api/agent.ts'
import { addressOf, hostID, type Options, type Stage, snapshot, times, withAgent } from '../../test/snapshots.ts'
import {
  hasJoined,
  isHeld,
  isNormal,
  whyMemberMissing,
  whyNotAllUp,
  whyNotIdle,
  whyNotOneSchema,
  whyNotQuiet,
  whyNotServing,
  whyNotVersion,
} from './ring.ts'

const up = (view: NonNullable<Options['view']>, stages: readonly Stage[] = times(3, 'up')) => snapshot({ stages, view })
const at =
  (viewer: number, change: Partial<CassandraView>): NonNullable<Options['view']> =>
  (view, index) =>
    index === viewer ? { ...view, ...change } : view

describe('normal', () => {
  test('by its own word and by the views of all other members', () => {
    const world = snapshot({ stages: times(3, 'up') })
    assert.ok(world.nodes.every((node) => isNormal(node, world)))
  })

  const not: readonly (readonly [string, NonNullable<Options['view']>])[] = [
    ['its mode is another', at(0, { operationMode: 'LEAVING' })],
    ['its gossip is off', at(0, { gossipRunning: false })],
    ['CQL is off', at(0, { nativeTransportRunning: false })],
    ['it has not joined by its own word', at(0, { joined: false })],
    ['it runs as somebody else', at(0, { hostID: 'host-9' })],
    ['another does not know it', at(1, { hostIDs: { [addressOf(1)]: hostID(1) } })],
    ['another sees it down', at(2, { live: [addressOf(1), addressOf(2)] })],
    ['another sees it joining', at(2, { joining: [addressOf(0)] })],
  ]
  for (const [what, view] of not) {
    test(`not when ${what}`, () => {
      const world = up(view)
      const [first] = world.nodes
      assert.ok(first !== undefined && !isNormal(first, world))
    })
  }

  test('not while a view is missing, and the message names whose', () => {
    assert.match(whyNotAllUp(snapshot({ stages: ['up', 'silent', 'up'] })) ?? '', /^demo-dc1-rack2-0: its agent does not answer/)
    assert.match(whyNotAllUp(snapshot({ stages: ['up', 'down', 'up'] })) ?? '', /^demo-dc1-rack2-0: Cassandra is not up/)
  })

  test('a member sees an address that is down', () => {
    assert.match(whyNotAllUp(up(at(1, { unreachable: ['10.9.9.9:7000'] }))) ?? '', /^demo-dc1-rack2-0 sees 10\.9\.9\.9:7000 unreachable/)
  })
})

test('a member is one by its record or by its own marker, and nothing takes that back', () => {
  const marked: NonNullable<Options['node']> = (node) => ({ ...node, record: { ...node.record, status: {} } })
  assert.ok(snapshot({ stages: ['up', 'down'], node: marked }).nodes.every(hasJoined), 'the operator ended before it wrote the record')
  assert.ok(snapshot({ stages: ['silent', 'gone'] }).nodes.every(hasJoined))
  assert.ok(!snapshot({ stages: ['waiting', 'starting', 'joining', 'pending', 'recorded'] }).nodes.some(hasJoined))
})

test('held: nothing was let start in the pod, and silence is not that', () => {
  const held = snapshot({ stages: ['recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'silent'] }).nodes.map(isHeld)
  assert.deepEqual(held, [true, true, true, false, false, false, false])
  const granted = snapshot({
    stages: ['waiting'],
    node: (node) => {
      const marker = node.own.known ? node.own.value.marker : undefined
      return marker === undefined
        ? node
        : withAgent(node, { marker: { ...marker, grant: { id: 'x', kind: 'Join', podUID: 'pod-0', nodeUID: 'n' } } })
    },
  })
  assert.deepEqual(granted.nodes.map(isHeld), [false], 'a grant that it holds is as good as a start')
})

test('quiet, idle, one schema, one version: one view is enough to say no', () => {
  const world = snapshot({ stages: times(3, 'up') })
  for (const why of [whyNotQuiet, whyNotIdle, whyNotOneSchema, whyMemberMissing]) assert.equal(why(world), undefined)
  assert.equal(whyNotVersion(world, '5.0.9'), undefined)
  assert.match(whyNotQuiet(up(at(2, { moving: [addressOf(0)] }))) ?? '', /moving$/)
  assert.match(whyNotIdle(up(at(2, { streams: 2 }))) ?? '', /streams$/)
  assert.match(whyNotOneSchema(up(at(2, { schemaVersions: { b: [] } }))) ?? '', /^2 schema versions/)
  assert.match(whyNotVersion(up(at(2, { releaseVersion: '4.1.9' })), '5.0.9') ?? '', /runs 4\.1\.9, not 5\.0\.9$/)
})

test('a member that a view has lost, as when another node took its address (H10)', () => {
  const taken = Object.fromEntries([0, 2].map((index) => [addressOf(index), hostID(index)]))
  assert.match(whyMemberMissing(up(at(2, { hostIDs: taken }))) ?? '', /^demo-dc1-rack3-0 does not list demo-dc1-rack2-0 \(host id host-1\)/)
})

describe('serving, as people read it', () => {
  const servesAll = (world: ReturnType<typeof snapshot>): readonly boolean[] =>
    world.nodes.map((node) => whyNotServing(node, world) === undefined)

  test('a silent neighbour makes nobody else unready', () => {
    assert.deepEqual(servesAll(snapshot({ stages: ['up', 'silent', 'up'] })), [true, false, true])
  })

  test('a member that sees it down does, one that only joins and has not met everybody does not', () => {
    assert.deepEqual(servesAll(up(at(2, { unreachable: [addressOf(0)] }))), [false, true, true])
    const joins = up(at(3, { unreachable: [addressOf(0)] }), ['up', 'up', 'up', 'joining'])
    assert.deepEqual(servesAll(joins).slice(0, 3), [true, true, true])
  })
})
