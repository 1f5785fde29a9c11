import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { addressOf, NOW, type Options, type Stage, snapshot, times, uid, withAgent, withPod } from '../../test/snapshots.ts'
import { decide } from './order.ts'
import { rollOut } from './roll-out.ts'
import type { NodeView, Operation, Verdict } from './types.ts'

function says(verdict: Verdict): string {
  return 'message' in verdict ? `${verdict.kind} ${verdict.reason}: ${verdict.message}` : verdict.kind
}
const running = (type: string, step = 'Restart'): Operation => {
  const at = new Date(NOW).toISOString()
  return { id: 'x', type, step, specGeneration: 1, epoch: 4, attempts: 1, startedAt: at, stepSince: at }
}
/** Nodes with these numbers have an older template than the spec asks for. */
const old =
  (...indexes: readonly number[]) =>
  (node: NodeView, index: number): NodeView =>
    indexes.includes(index) ? withPod(node, { revision: 'old' }) : node
const roll = (stages: readonly Stage[], more: Partial<Options> = {}) => rollOut(snapshot({ stages, node: old(0, 1, 2), ...more }))
const deleted = (verdict: Verdict) =>
  verdict.kind === 'act' ? verdict.steps.flatMap((step) => (step.kind === 'delete-pod' ? [step.node] : [])) : [says(verdict)]

describe('one at a time', () => {
  test('the first node goes, by uid and version, and is journalled', () => {
    const verdict = roll(times(3, 'up'))
    assert.deepEqual(verdict.kind === 'act' && verdict.steps, [
      { kind: 'delete-pod', node: 'demo-dc1-rack1-0', uid: 'pod-0', resourceVersion: '100' },
    ])
    assert.equal(verdict.kind === 'act' && verdict.journal?.type, 'Rollout')
  })

  test('nothing is outdated: nothing is done, and a roll that ends gives the operation back', () => {
    assert.equal(rollOut(snapshot({ stages: times(3, 'up') })).kind, 'settled')
    const done = rollOut(snapshot({ stages: times(3, 'up'), status: { operation: running('Rollout') } }))
    assert.deepEqual(done.kind === 'act' && done.steps, [{ kind: 'release' }])
    assert.match(says(rollOut(snapshot({ stages: ['up', 'up', 'starting'], status: { operation: running('Rollout') } }))), /^act/)
    assert.match(says(rollOut(snapshot({ stages: ['up', 'up', 'down'], status: { operation: running('Rollout') } }))), /^wait Updating/)
  })

  test('a pod of the newest template that ends holds the roll, although its node still serves', () => {
    const world = snapshot({ stages: times(3, 'up'), node: (node, index) => withPod(old(0)(node, index), { deleting: index === 1 }) })
    assert.equal(says(rollOut(world)), 'wait Updating: the restart of demo-dc1-rack1-0 waits: demo-dc1-rack2-0: its pod is ending')
  })

  test('a node whose host id is not recorded keeps its pod: without it only the record could say that it is a member', () => {
    const nameless = (node: NodeView, index: number): NodeView => {
      const { status: _, ...record } = node.record
      return index === 0 ? { ...old(0)(node, index), record } : node
    }
    assert.match(says(rollOut(snapshot({ stages: times(3, 'up'), node: nameless }))), /^wait Updating: .* host id is not recorded yet/)
  })

  test('while a pod ends, and on a lost machine it never does, nobody else is touched and it is not deleted again', () => {
    const verdict = roll(times(3, 'up'), { node: (node, index) => withPod(old(0, 1, 2)(node, index), { deleting: index === 1 }) })
    assert.equal(says(verdict), 'wait Updating: demo-dc1-rack2-0 is being restarted')
  })

  test('property: never more than one running member goes, and only while all others are up by the views of the others', () => {
    const stage = fc.constantFrom<Stage>('up', 'down', 'silent', 'gone', 'waiting', 'starting', 'joining', 'pending')
    fc.assert(
      fc.property(fc.array(stage, { minLength: 1, maxLength: 7 }), fc.array(fc.integer({ min: 0, max: 6 })), (stages, outdated) => {
        const world = snapshot({ stages, spec: { nodes: 7 }, node: old(...outdated) })
        const { verdict } = decide(world)
        if (verdict.kind !== 'act') return
        const gone = verdict.steps.flatMap((step) => (step.kind === 'delete-pod' ? [step.node] : []))
        const indexes = gone.map((name) => world.nodes.findIndex((node) => node.record.metadata.name === name))
        const up = indexes.filter((index) => stages[index] === 'up' || stages[index] === 'silent')
        assert.ok(up.length <= 1)
        if (up.length === 1) {
          const others = stages.filter((_, index) => index !== up[0])
          assert.ok(others.every((other) => other !== 'down' && other !== 'gone' && other !== 'silent'))
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('the gate', () => {
  const gate = (more: Partial<Options>, stages: readonly Stage[] = times(3, 'up')) => says(roll(stages, more))

  test('another member is down', () => {
    assert.match(gate({}, ['up', 'gone', 'up']), /^wait MembersDown: the restart of demo-dc1-rack1-0 waits: demo-dc1-rack2-0: /)
    assert.deepEqual(deleted(roll(['up', 'down', 'up'])), ['demo-dc1-rack2-0'], 'what is down anyway goes first')
  })
  test('the topology is not at rest', () => {
    assert.match(gate({ view: (view) => ({ ...view, joining: ['10.0.0.9:7000'] }) }), /^wait TopologyBusy/)
    assert.match(gate({ view: (view) => ({ ...view, pendingRanges: { orders: 1 } }) }), /^wait TopologyBusy/)
  })
  test('a view that has lost a member freezes the roll', () => {
    const view: Options['view'] = (each, index) => {
      if (index !== 0) return each
      const { [addressOf(0)]: _, ...hostIDs } = each.hostIDs
      return { ...each, hostIDs }
    }
    assert.match(gate({ view }), /^wait MemberMissing: .*demo-dc1-rack1-0 does not list demo-dc1-rack1-0/)
  })
  test('a keyspace would lose its quorum', () => {
    const view: Options['view'] = (each) => {
      const owners = Object.entries(each.tokenOwners).filter(([, owner]) => owner !== addressOf(2))
      return { ...each, tokenOwners: Object.fromEntries(owners), keyspaces: { orders: { dc1: '3' } } }
    }
    assert.equal(gate({ view }), 'wait QuorumWouldBreak: without demo-dc1-rack1-0 keyspace orders would have no quorum')
    const wide: Options['view'] = (each) => ({ ...each, keyspaces: { orders: { dc1: '5' } } })
    assert.match(gate({ view: wide }), /^act Updating/, 'five replicas on three nodes: no order of restarts protects it')
  })
  test('a restart that changes the version waits for streams and repairs, another one does not', () => {
    const view: Options['view'] = (each) => ({ ...each, repairs: 1 })
    assert.match(gate({ view, spec: { version: '5.0.10' } }), /^wait TopologyBusy/)
    assert.match(gate({ view }), /^act Updating/)
  })
  test('the API server would refuse the new pods: no pod is touched', () => {
    const podProblem = { reason: 'InvalidPodTemplate', message: 'forbidden: quota' } as const
    assert.equal(gate({ snapshot: { podProblem } }), 'blocked InvalidPodTemplate: forbidden: quota; no pod was touched')
  })
})

describe('a bad template', () => {
  const failed = { phase: 'Started', reason: 'StartFailed', message: 'Invalid yaml', since: NOW, attempts: 3 } as const
  const halted =
    (wanted: string): Options['node'] =>
    (node, index) => {
      const pod = withPod(node, { revision: index === 0 ? 'bad' : 'old' })
      return { ...(index === 0 ? withAgent(pod, { start: failed }) : pod), wantedRevision: wanted }
    }

  test('the roll ends at the first node that does not come back', () => {
    const verdict = roll(['down', 'up', 'up'], { node: halted('bad') })
    assert.equal(
      says(verdict),
      'blocked StartFailed: demo-dc1-rack1-0: Invalid yaml; the restart of demo-dc1-rack2-0 waits for it, and the others are untouched',
    )
  })

  test('a node that only takes its time is no halt', () => {
    const verdict = roll(['down', 'up', 'up'], { node: old(1, 2) })
    assert.match(says(verdict), /^wait Updating: the restart of demo-dc1-rack2-0 waits: /)
  })

  test('the good one undoes it: the bad node first, the others are as they should be', () => {
    const { verdict } = decide(snapshot({ stages: ['down', 'up', 'up'], node: halted('old') }))
    assert.deepEqual(deleted(verdict), ['demo-dc1-rack1-0'])
  })

  test('a third one goes to the bad node first too', () => {
    const { verdict } = decide(snapshot({ stages: ['down', 'up', 'up'], node: halted('third') }))
    assert.deepEqual(deleted(verdict), ['demo-dc1-rack1-0'])
  })

  test('one that made an agent mute is undone by the views of the others', () => {
    const mute: Options['node'] = (node, index) => withPod(node, { revision: index === 1 ? 'bad' : 'new', ready: index !== 1 })
    const { verdict } = decide(snapshot({ stages: ['up', 'silent', 'up'], node: mute }))
    assert.deepEqual(deleted(verdict), ['demo-dc1-rack2-0'])
  })
})

describe('beside a join', () => {
  const joining = (stage: Stage, step = 'Grant') =>
    snapshot({
      stages: [...times(3, 'up'), stage],
      node: old(0, 1, 2),
      status: { operation: { ...running('AddNode', step), nodeUID: uid(3) } },
    })

  test('a join that was let start ends first', () => {
    for (const stage of ['starting', 'joining'] as const) assert.equal(rollOut(joining(stage)).kind, 'settled')
  })
  test('one that still waits holds nobody back', () => {
    for (const stage of ['waiting', 'pending', 'recorded'] as const) assert.match(says(rollOut(joining(stage))), /^act Updating/)
  })
  test('one that starts over ends first when it may be the member whose tokens nobody explains', () => {
    const ghost = '10.0.0.44:7000'
    const world = snapshot({
      stages: [...times(3, 'up'), 'waiting'],
      node: old(0, 1, 2),
      status: { operation: { ...running('AddNode', 'Grant'), nodeUID: uid(3) } },
      view: (view) => ({
        ...view,
        hostIDs: { ...view.hostIDs, [ghost]: 'host-of-the-fourth' },
        tokenOwners: { ...view.tokenOwners, '17': ghost },
      }),
    })
    assert.equal(rollOut(world).kind, 'settled')
  })
  test('a node that waits for its turn is none of the roll', () => {
    const world = snapshot({ stages: [...times(3, 'up'), 'waiting'], node: old(3) })
    assert.equal(rollOut(world).kind, 'settled')
  })
})
