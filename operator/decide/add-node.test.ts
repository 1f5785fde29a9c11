import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { CassandraView } from '../../api/agent.ts'
import { addressOf, NOW, type Options, type Stage, snapshot, times, uid, withAgent, withPod } from '../../test/snapshots.ts'
import { addNode } from './add-node.ts'
import { decide } from './order.ts'
import type { Operation, Step, Verdict } from './types.ts'

function steps(verdict: Verdict): readonly Step[] {
  assert.equal(verdict.kind, 'act', JSON.stringify(verdict))
  return verdict.kind === 'act' ? verdict.steps : []
}
function says(verdict: Verdict): string {
  return 'message' in verdict ? `${verdict.kind} ${verdict.reason}: ${verdict.message}` : verdict.kind
}
function joinOf(index: number, step: string, since = NOW): Operation {
  const at = new Date(since).toISOString()
  const node = { node: `node-${index}`, nodeUID: uid(index) }
  return { id: 'addnode-1', type: 'AddNode', step, ...node, specGeneration: 1, epoch: 4, attempts: 1, startedAt: at, stepSince: at }
}
const THREE: readonly Stage[] = times(3, 'up')
const grow = (stages: readonly Stage[], more: Partial<Options> = {}) => addNode(snapshot({ stages, spec: { nodes: 6 }, ...more }))
/** What the fourth node is told, when something about the ring is otherwise. */
const barrier = (more: Partial<Options>) => says(grow([...THREE, 'waiting'], more))
const seenBy =
  (viewer: number, change: (view: CassandraView) => Partial<CassandraView>): Options['view'] =>
  (view, index) =>
    index === viewer ? { ...view, ...change(view) } : view

describe('the next record', () => {
  test('goes to the rack with the fewest nodes, under the lowest free number', () => {
    assert.deepEqual(steps(grow([...THREE, 'up'])), [{ kind: 'create-node', datacenter: 'dc1', rack: 'rack2', ordinal: 1 }])
    const world = snapshot({ stages: times(6, 'up'), spec: { nodes: 6 } })
    // rack1-0 is free again: its name returns, with another uid.
    const verdict = addNode({ ...world, nodes: world.nodes.slice(1) })
    assert.deepEqual(steps(verdict), [{ kind: 'create-node', datacenter: 'dc1', rack: 'rack1', ordinal: 0 }])
  })

  test('is made alone, only when the last node is in, and not before the first ring is whole', () => {
    assert.deepEqual(
      steps(grow([...THREE, 'recorded'])).map((step) => step.kind),
      ['create-claim', 'create-pod'],
    )
    assert.equal(addNode(snapshot({ stages: THREE })).kind, 'settled')
    assert.equal(grow(THREE, { status: { initializedAt: undefined } }).kind, 'settled')
  })

  test('is not made when the API server or the storage would refuse what follows', () => {
    const podProblem = { reason: 'InvalidPodTemplate', message: 'forbidden: quota' } as const
    assert.equal(says(grow(THREE, { snapshot: { podProblem } })), 'blocked InvalidPodTemplate: no node is added: forbidden: quota')
    const storageProblem = { reason: 'StorageFailed', message: 'no such class' } as const
    assert.equal(says(grow(THREE, { snapshot: { storageProblem } })), 'blocked StorageFailed: no node is added: no such class')
  })
})

describe('the barrier', () => {
  test('a grant names pod and node, and is journalled before', () => {
    const verdict = grow([...THREE, 'waiting'])
    assert.deepEqual(steps(verdict), [
      { kind: 'grant', node: 'demo-dc1-rack1-1', grant: { id: 'Join-pod-3', kind: 'Join', podUID: 'pod-3', nodeUID: uid(3) } },
    ])
    assert.equal(verdict.kind === 'act' && verdict.journal?.step, 'Grant')
    assert.equal(verdict.kind === 'act' && verdict.journal?.nodeUID, uid(3))
  })

  const reasons: readonly (readonly [string, Partial<Options>, RegExp])[] = [
    ['a member is down', { stages: ['up', 'down', 'up', 'waiting'] }, /^wait MembersDown: demo-dc1-rack1-1 waits to join: /],
    ['an agent is silent', { stages: ['up', 'silent', 'up', 'waiting'] }, /^wait MembersDown: .* agent does not answer/],
    ['a member has no pod', { stages: ['up', 'gone', 'up', 'waiting'] }, /^wait MembersDown/],
    [
      'a view has lost a member',
      { view: seenBy(0, (view) => ({ hostIDs: { ...view.hostIDs, [addressOf(2)]: 'host-9' } })) },
      /^wait MembersDown/,
    ],
    ['one view sees another node down', { view: seenBy(0, () => ({ live: [addressOf(0), addressOf(2)] })) }, /^wait MembersDown/],
    ['two schema versions', { view: seenBy(1, () => ({ schemaVersions: { other: [addressOf(1)] } })) }, /^wait SchemaDisagreement/],
    [
      'a schema that nobody can ask for',
      { view: seenBy(1, () => ({ schemaVersions: { UNREACHABLE: [addressOf(2)] } })) },
      /^wait SchemaDisagreement/,
    ],
    ['another version', { view: seenBy(1, () => ({ releaseVersion: '5.0.8' })) }, /^wait TopologyBusy: .* runs 5\.0\.8, not 5\.0\.9/],
    ['somebody joins', { view: seenBy(1, () => ({ joining: ['10.0.0.9:7000'] })) }, /^wait TopologyBusy: .* sees 10\.0\.0\.9:7000 joining/],
    ['somebody leaves', { view: seenBy(1, () => ({ leaving: [addressOf(0)] })) }, /^wait TopologyBusy/],
    ['somebody moves', { view: seenBy(1, () => ({ moving: [addressOf(0)] })) }, /^wait TopologyBusy/],
    ['pending ranges', { view: seenBy(1, () => ({ pendingRanges: { orders: 3 } })) }, /^wait TopologyBusy: .* pending ranges of orders/],
    ['streams', { view: seenBy(1, () => ({ streams: 1 })) }, /^wait TopologyBusy/],
    ['repairs', { view: seenBy(1, () => ({ repairs: 1 })) }, /^wait TopologyBusy/],
    ['a cleanup', { status: { cleanup: { pending: ['demo-dc1-rack1-0'] } } }, /^wait CleanupPending/],
  ]
  for (const [what, more, words] of reasons) test(`holds while ${what}`, () => assert.match(barrier(more), words))

  test('a join that had begun goes on, although others see it joining', () => {
    const resumed = snapshot({
      stages: [...THREE, 'waiting'],
      status: { operation: joinOf(3, 'Grant') },
      view: (view) => ({ ...view, joining: ['10.0.0.4:7000'], pendingRanges: { orders: 3 } }),
      node: (node, index) =>
        index === 3 && node.own.known && node.own.value.marker !== undefined
          ? withAgent(node, { marker: { ...node.own.value.marker, state: 'Joining' } })
          : node,
    })
    assert.equal(steps(addNode(resumed))[0]?.kind, 'grant')
  })

  test('one that was a member already, and could not say so before it ended, does not wait for itself', () => {
    const ghost = '10.0.0.44:7000'
    const resumed = snapshot({
      stages: [...THREE, 'waiting'],
      status: { operation: joinOf(3, 'Grant') },
      view: (view) => ({
        ...view,
        hostIDs: { ...view.hostIDs, [ghost]: 'host-of-the-fourth' },
        unreachable: [ghost],
        schemaVersions: { ...view.schemaVersions, UNREACHABLE: [ghost] },
      }),
      node: (node, index) =>
        index === 3 && node.own.known && node.own.value.marker !== undefined
          ? withAgent(node, { marker: { ...node.own.value.marker, state: 'Joining' } })
          : node,
    })
    assert.equal(steps(addNode(resumed))[0]?.kind, 'grant')
  })

  test('property: two nodes are never let start together', () => {
    const stage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'joining', 'up', 'down', 'silent', 'gone')
    fc.assert(
      fc.property(fc.array(stage, { maxLength: 6 }), fc.option(fc.integer({ min: 0, max: 6 })), (rest, at) => {
        const stages: readonly Stage[] = ['up', ...rest]
        const operation = at === null ? {} : { operation: joinOf(at, 'Grant') }
        const { verdict } = decide(snapshot({ stages, spec: { nodes: 8 }, status: operation }))
        if (verdict.kind !== 'act') return
        const grants = verdict.steps.filter((step) => step.kind === 'grant')
        assert.ok(grants.length <= 1)
        if (grants.length === 1) assert.ok(!stages.includes('joining') && !stages.includes('down') && !stages.includes('gone'))
      }),
      { numRuns: 300 },
    )
  })
})

describe('after the join', () => {
  const joined = (step: string, since = NOW, more: Partial<Options> = {}) =>
    grow(times(4, 'up'), { status: { operation: joinOf(3, step, since) }, ...more })

  test('the ring must be at rest for a minute before the next change', () => {
    const settle = joined('Grant')
    assert.equal(settle.kind === 'act' && settle.journal?.step, 'Settle')
    assert.equal(joined('Settle', NOW - 59_000).kind, 'wait')
    assert.deepEqual(
      steps(joined('Settle', NOW - 60_000)).map((step) => step.kind),
      ['patch-status', 'release'],
    )
  })

  test('unrest begins the minute again', () => {
    const verdict = joined('Settle', NOW - 90_000, { view: seenBy(1, () => ({ joining: ['10.0.0.9:7000'] })) })
    assert.equal(verdict.kind === 'act' && verdict.journal?.step, 'Joining')
    assert.equal(verdict.kind === 'act' && verdict.journal?.stepSince, new Date(NOW).toISOString())
  })

  test('the older nodes are to be cleaned up, and the new one is not', () => {
    const [patch] = steps(joined('Settle', NOW - 60_000))
    assert.deepEqual(patch, {
      kind: 'patch-status',
      patch: { cleanup: { pending: ['demo-dc1-rack1-0', 'demo-dc1-rack2-0', 'demo-dc1-rack3-0'] } },
    })
  })

  test('the next record waits for it', () => {
    assert.equal(joined('Settle', NOW - 1_000).kind, 'wait')
  })

  test('a record that is gone takes its operation with it', () => {
    assert.deepEqual(steps(grow(times(3, 'up'), { status: { operation: joinOf(3, 'Cancel') } })), [{ kind: 'release' }])
  })
})

describe('what is in the way of a node', () => {
  test('is said in the words of who knows it, with its reason', () => {
    const bad = (node: Options['node']) => says(grow([...THREE, 'pending'], { ...(node === undefined ? {} : { node }) }))
    const trouble = { reason: 'Unschedulable', message: 'no Kubernetes node fits' } as const
    assert.equal(
      bad((node) => withPod(node, { trouble })),
      'blocked Unschedulable: demo-dc1-rack1-1: no Kubernetes node fits',
    )
    assert.match(
      bad((node) => withPod(node, { trouble, createdAt: NOW - 2_000 })),
      /^wait ScalingUp/,
    )
    const lost = bad((node, index) =>
      index === 3 && node.claim !== undefined ? { ...node, claim: { ...node.claim, trouble: 'its volume is lost' } } : node,
    )
    assert.equal(lost, 'blocked StorageFailed: demo-dc1-rack1-1: its volume is lost')
  })

  test('a refused start is a matter for a person', () => {
    const start = {
      phase: 'Refused',
      reason: 'VolumeRetired',
      message: 'the node on this volume is Leaving',
      since: NOW,
      attempts: 0,
    } as const
    const verdict = grow([...THREE, 'waiting'], { node: (node, index) => (index === 3 ? withAgent(node, { start }) : node) })
    assert.equal(says(verdict), 'blocked VolumeRetired: demo-dc1-rack1-1: the node on this volume is Leaving')
  })
})

describe('a node that is no longer wanted', () => {
  const less = (stage: Stage, more: Partial<Options> = {}) => addNode(snapshot({ stages: [...THREE, stage], spec: { nodes: 3 }, ...more }))

  /** Not of the first ring, whose nodes have computed tokens. */
  const added: Options['node'] = (node, index) => {
    const { initialTokens: _, ...spec } = node.record.spec
    return index === 3 ? { ...node, record: { ...node.record, spec } } : node
  }

  test('one of the first ring stays unless its own marker says that it was never let start', () => {
    assert.deepEqual(
      steps(less('recorded')).map((step) => step.kind),
      ['create-claim', 'create-pod'],
    )
    assert.equal(less('pending').kind, 'wait')
  })

  test('goes while it was never let start: pod first, by uid and version, then the record', () => {
    assert.deepEqual(steps(less('waiting')), [{ kind: 'delete-pod', node: 'demo-dc1-rack1-1', uid: 'pod-3', resourceVersion: '103' }])
    assert.deepEqual(
      steps(less('pending', { node: added })).map((step) => step.kind),
      ['delete-pod'],
    )
    assert.deepEqual(steps(less('recorded', { node: added })), [
      { kind: 'delete-node', node: 'demo-dc1-rack1-1', uid: 'record-3', resourceVersion: '203' },
    ])
  })

  test('the journal remembers between the two, so that the record goes although its volume is bound', () => {
    const world = snapshot({ stages: [...THREE, 'waiting'], spec: { nodes: 3 }, status: { operation: joinOf(3, 'Cancel') } })
    const podGone = { ...world, nodes: world.nodes.map((node, index) => (index === 3 ? { ...node, pod: undefined } : node)) }
    assert.deepEqual(
      steps(addNode(podGone)).map((step) => step.kind),
      ['delete-node'],
    )
    const ending = { ...world, nodes: world.nodes.map((node, index) => (index === 3 ? withPod(node, { deleting: true }) : node)) }
    assert.equal(addNode(ending).kind, 'wait')
  })

  test('stays from the grant on, even if its marker is still empty: the grant may be on its way', () => {
    const verdict = less('waiting', { status: { operation: joinOf(3, 'Grant') } })
    assert.equal(steps(verdict)[0]?.kind, 'grant')
  })

  for (const stage of ['starting', 'joining', 'silent', 'up', 'down'] as const) {
    test(`stays when it is ${stage}`, () => {
      const nameless: Options['node'] = (node, index) => (index === 3 ? { ...node, record: { ...node.record, status: {} } } : node)
      for (const node of [undefined, nameless]) {
        const verdict = less(stage, node === undefined ? {} : { node })
        if (verdict.kind === 'act') assert.ok(verdict.steps.every((step) => step.kind !== 'delete-pod' && step.kind !== 'delete-node'))
      }
    })
  }

  test('a lost volume was used by somebody: its record stays', () => {
    const verdict = less('pending', {
      node: (node, index) =>
        index === 3 && node.claim !== undefined ? { ...node, claim: { ...node.claim, trouble: 'its volume is lost' } } : node,
    })
    assert.equal(verdict.kind, 'blocked')
  })
})
