import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addressOf, forming, type Options, type Stage, snapshot, times, uid, withAgent, withJob, withPod } from '../../test/snapshots.ts'
import { formRing } from './form-ring.ts'
import type { Snapshot, Step, Verdict } from './types.ts'

const first = (index: number) => ({ firstNode: { node: 'x', nodeUID: uid(index), pvcUID: `claim-${index}` } })
const operation = (nodes: number) => ({
  id: 'bootstrap-1',
  type: 'Bootstrap',
  step: 'Prepare',
  args: { nodes: String(nodes) },
  specGeneration: 1,
  epoch: 4,
  attempts: 1,
  startedAt: '2026-01-01T00:00:00Z',
  stepSince: '2026-01-01T00:00:00Z',
})

/** A ring under formation. */
function form(stages: readonly Stage[], status: Options['status'] = {}, more: Partial<Options> = {}): Snapshot {
  return snapshot({ stages, status: forming({ operation: operation(stages.length), ...status }), ...more })
}
function steps(verdict: Verdict): readonly Step[] {
  assert.equal(verdict.kind, 'act', JSON.stringify(verdict))
  return verdict.kind === 'act' ? verdict.steps : []
}
function says(verdict: Verdict): string {
  return 'message' in verdict ? `${verdict.kind} ${verdict.reason}: ${verdict.message}` : verdict.kind
}
const grants = (verdict: Verdict) => steps(verdict).flatMap((step) => (step.kind === 'grant' ? [`${step.grant.kind} ${step.node}`] : []))

describe('the records', () => {
  test('are made all at once, balanced over the racks, and their number is journalled before', () => {
    const verdict = formRing(form([], { operation: undefined }, { spec: { nodes: 4 } }))
    assert.deepEqual(
      steps(verdict).map((step) => (step.kind === 'create-node' ? `${step.rack}-${step.ordinal}` : step.kind)),
      ['rack1-0', 'rack1-1', 'rack2-0', 'rack3-0'],
    )
    assert.deepEqual(verdict.kind === 'act' && verdict.journal?.args, { nodes: '4' })
  })

  test('hold distinct tokens, for any number of nodes and racks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 5 }), (nodes, racks) => {
        const made = steps(formRing(form([], { operation: undefined }, { racks, spec: { nodes } })))
        const tokens = made.flatMap((step) => (step.kind === 'create-node' ? (step.initialTokens ?? []) : []))
        assert.equal(made.length, nodes)
        assert.equal(new Set(tokens).size, nodes * 16)
      }),
      { numRuns: 40 },
    )
  })

  test('what is missing of them is made again with the tokens that it had', () => {
    const whole = form(times(3, 'recorded'))
    const verdict = formRing({ ...whole, nodes: whole.nodes.filter((_, index) => index !== 1) })
    const [step, ...rest] = steps(verdict)
    assert.deepEqual(rest, [])
    assert.deepEqual(step?.kind === 'create-node' && step.initialTokens, whole.nodes[1]?.record.spec.initialTokens)
  })

  test('are planned anew when the number changes before a node was let start: pods, then records, then the journal', () => {
    const wanting = (stages: readonly Stage[]) => formRing(form(stages, { operation: operation(3) }, { spec: { nodes: 5 } }))
    assert.deepEqual(
      steps(wanting(times(3, 'waiting'))).map((step) => step.kind),
      ['delete-pod', 'delete-pod', 'delete-pod'],
    )
    assert.deepEqual(
      steps(wanting(times(3, 'recorded'))).map((step) => step.kind),
      ['delete-node', 'delete-node', 'delete-node'],
    )
    const last = wanting([])
    assert.equal(last.kind === 'act' && last.journal?.args?.nodes, '5')
  })

  test('are planned anew when racks were added, because tokens of two plans do not mix', () => {
    const before = form(times(4, 'waiting'), {}, { racks: 2 })
    const racks = ['rack1', 'rack2', 'rack3'].map((name) => ({ name, nodes: 0, readyNodes: 0 }))
    const verdict = formRing({ ...before, status: { ...before.status, datacenters: [{ name: 'dc1', nodes: 0, readyNodes: 0, racks }] } })
    assert.ok(steps(verdict).every((step) => step.kind === 'delete-pod'))
  })

  test('stay as they are once the first node is chosen, whatever the spec says', () => {
    const verdict = formRing(form(['up', 'waiting', 'waiting'], { operation: operation(3), bootstrap: first(0) }, { spec: { nodes: 6 } }))
    assert.deepEqual(grants(verdict), ['JoinNoStream demo-dc1-rack2-0', 'JoinNoStream demo-dc1-rack3-0'])
  })
})

describe('the first node', () => {
  test('is chosen among those whose agent found an empty volume, and written before any grant', () => {
    const verdict = formRing(form(['pending', 'waiting', 'waiting']))
    assert.deepEqual(steps(verdict), [
      { kind: 'patch-status', patch: { bootstrap: { firstNode: { node: 'demo-dc1-rack2-0', nodeUID: uid(1), pvcUID: 'claim-1' } } } },
    ])
    assert.equal(verdict.kind === 'act' && verdict.journal?.step, 'ElectFirst')
  })

  test('is the stored one for ever, also when another would come first now', () => {
    assert.deepEqual(grants(formRing(form(times(3, 'waiting'), { bootstrap: first(2) }))), ['FirstNode demo-dc1-rack3-0'])
  })

  test('gets no second grant for the same pod, and one for the next pod', () => {
    const kept = form(
      times(3, 'waiting'),
      { bootstrap: first(0) },
      {
        node: (node, index) => {
          if (index !== 0 || !node.own.known || node.own.value.marker === undefined) return node
          const grant = { id: 'FirstNode-pod-0', kind: 'FirstNode', podUID: 'pod-0', nodeUID: uid(0) } as const
          return withAgent(node, { marker: { ...node.own.value.marker, state: 'Granted', grant } })
        },
      },
    )
    assert.equal(formRing(kept).kind, 'wait')
    const next = { ...kept, nodes: kept.nodes.map((node, index) => (index === 0 ? withPod(node, { uid: 'pod-next' }) : node)) }
    assert.deepEqual(grants(formRing(next)), ['FirstNode demo-dc1-rack1-0'])
  })

  test('a ring is never begun twice', () => {
    const recordGone = formRing(form(times(3, 'waiting'), { bootstrap: first(7) }))
    assert.match(says(recordGone), /^blocked BootstrapFailed: the record of the first node is gone/)
    const volumeGone = form(times(3, 'waiting'), { bootstrap: { firstNode: { node: 'x', nodeUID: uid(0), pvcUID: 'another' } } })
    assert.match(says(formRing(volumeGone)), /^blocked BootstrapFailed: the volume of the first node demo-dc1-rack1-0 was replaced/)
    const dataGone = formRing(form(['waiting', 'up', 'up'], { bootstrap: first(0) }))
    assert.match(says(dataGone), /^blocked BootstrapFailed: the data of the first node demo-dc1-rack1-0 is gone/)
    const statusGone = formRing(form(['waiting', 'up', 'silent'], { operation: undefined }))
    assert.match(says(statusGone), /^blocked BootstrapFailed: demo-dc1-rack2-0 has joined a ring/)
  })

  test('is made a seed before the others start, if another one was', () => {
    const verdict = formRing(form(['pending', 'waiting', 'waiting', 'up', 'waiting', 'waiting'], { bootstrap: first(3) }))
    assert.deepEqual(steps(verdict), [
      {
        kind: 'label-seeds',
        nodes: [
          { node: 'demo-dc1-rack1-0', seed: false },
          { node: 'demo-dc1-rack1-1', seed: true },
        ],
      },
    ])
  })
})

describe('the others', () => {
  test('start together, each with its own tokens, and only those that wait', () => {
    const verdict = formRing(form(['up', 'waiting', 'pending', 'waiting'], { bootstrap: first(0) }))
    assert.deepEqual(grants(verdict), ['JoinNoStream demo-dc1-rack2-0', 'JoinNoStream demo-dc1-rack1-1'])
    const world = form(['up', 'waiting', 'pending', 'waiting'], { bootstrap: first(0) })
    const step = steps(formRing(world))[0]
    assert.deepEqual(step?.kind === 'grant' && step.grant.initialTokens, world.nodes[1]?.record.spec.initialTokens)
  })

  test('wait for the first one', () => {
    assert.match(says(formRing(form(['starting', 'waiting', 'waiting'], { bootstrap: first(0) }))), /^wait Bootstrapping/)
  })

  test('do not start without streaming while a member is not heard: it may hold a keyspace', () => {
    const verdict = formRing(form(['up', 'silent', 'waiting'], { bootstrap: first(0) }))
    assert.match(says(verdict), /^wait Bootstrapping: the others wait: demo-dc1-rack2-0: its agent does not answer/)
  })

  const withKeyspace: Partial<Options> = { view: (view) => ({ ...view, keyspaces: { ...view.keyspaces, orders: { dc1: '1' } } }) }

  test('must stream when a keyspace of a user exists: no grant, and the ring goes on with those that have joined', () => {
    assert.equal(formRing(form(['up', 'waiting', 'pending'], { bootstrap: first(0) }, withKeyspace)).kind, 'settled')
  })

  test('one that was let start before the keyspace was there is waited for', () => {
    assert.equal(formRing(form(['up', 'starting', 'waiting'], { bootstrap: first(0) }, withKeyspace)).kind, 'wait')
  })

  test('one that was let start before the keyspace was there, and lost its pod, starts again: it streams unless it is a member', () => {
    const again: Options['node'] = (node, index) =>
      index === 1 && node.own.known && node.own.value.marker !== undefined
        ? withAgent(node, { marker: { ...node.own.value.marker, state: 'Joining' } })
        : node
    const world = form(['up', 'waiting', 'waiting'], { bootstrap: first(0) }, { ...withKeyspace, node: again })
    assert.deepEqual(grants(formRing(world)), ['Join demo-dc1-rack2-0'])
    const busy = form(['up', 'waiting', 'starting'], { bootstrap: first(0) }, { ...withKeyspace, node: again })
    assert.match(says(formRing(busy)), /^wait Bootstrapping: demo-dc1-rack2-0 waits/)
  })

  test('property: with a keyspace of a user nobody is ever let start without streaming', () => {
    const stage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'up', 'down', 'silent', 'gone')
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 7 }), (rest) => {
        const verdict = formRing(form(['up', ...rest], { bootstrap: first(0) }, withKeyspace))
        if (verdict.kind === 'act') assert.ok(verdict.steps.every((step) => step.kind !== 'grant'))
      }),
    )
  })
})

describe('the end', () => {
  test('is settled when every view lists every member with its tokens, and one schema', () => {
    assert.equal(formRing(form(times(3, 'up'), { bootstrap: first(0) })).kind, 'settled')
  })

  test('waits for a view that lacks a node, and for one schema', () => {
    const lacking = (view: Parameters<NonNullable<Options['view']>>[0], index: number) =>
      index === 2 ? { ...view, hostIDs: { ...view.hostIDs, '10.9.9.9:7000': 'extra' } } : view
    assert.match(says(formRing(form(times(3, 'up'), { bootstrap: first(0) }, { view: lacking }))), /^wait ViewsDisagree/)
    const two = (view: Parameters<NonNullable<Options['view']>>[0], index: number) =>
      index === 2 ? { ...view, schemaVersions: { other: [addressOf(2)] } } : view
    assert.match(says(formRing(form(times(3, 'up'), { bootstrap: first(0) }, { view: two }))), /^wait SchemaDisagreement: 2 schema/)
  })

  test('is refused with other tokens than were given', () => {
    const moved = (view: Parameters<NonNullable<Options['view']>>[0], index: number) => (index === 1 ? { ...view, tokens: ['1'] } : view)
    assert.match(says(formRing(form(times(3, 'up'), { bootstrap: first(0) }, { view: moved }))), /^blocked BootstrapFailed/)
  })

  test('after it nothing of the formation happens again', () => {
    assert.equal(formRing(snapshot({ stages: ['up', 'waiting', 'gone'] })).kind, 'settled')
  })
})

describe('what is said while it waits', () => {
  test('a node that needs a person: its own words, and the others are let start first', () => {
    const bad: Partial<Options> = {
      node: (node, index) => (index === 2 ? withPod(node, { trouble: { reason: 'Unschedulable', message: 'no room' } }) : node),
    }
    assert.equal(grants(formRing(form(['up', 'waiting', 'pending'], { bootstrap: first(0) }, bad))).length, 1)
    assert.equal(
      says(formRing(form(['up', 'up', 'pending'], { bootstrap: first(0) }, bad))),
      'blocked Unschedulable: demo-dc1-rack3-0: no room',
    )
  })

  test('agents that never answer are named', () => {
    const mute = form(
      times(3, 'silent'),
      {},
      {
        node: (node) => ({ ...node, record: { ...node.record, status: {} } }),
      },
    )
    assert.match(says(formRing(mute)), /^wait Bootstrapping: demo-dc1-rack1-0: its agent does not answer \(no answer within 8 s\)/)
  })
})

test('property: the same world in the same order gives the same verdict, and jobs of the agents change nothing', () => {
  const stage = fc.constantFrom<Stage>('recorded', 'pending', 'waiting', 'starting', 'up', 'silent')
  fc.assert(
    fc.property(fc.array(stage, { minLength: 1, maxLength: 6 }), (stages) => {
      const busy: Partial<Options> = { node: (node) => withJob(node, { id: 'else.1' }) }
      assert.deepEqual(formRing(form(stages)), formRing(form(stages, {}, busy)))
    }),
  )
})
