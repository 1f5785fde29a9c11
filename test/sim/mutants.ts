// The safety rules with one of them switched off each: what the invariants must notice. A rule whose loss nothing notices
// is not tested.
import { addNode } from '../../operator/decide/add-node.ts'
import { formRing } from '../../operator/decide/form-ring.ts'
import { decide, order } from '../../operator/decide/order.ts'
import { hasJoined, isNormal, nameOf } from '../../operator/decide/ring.ts'
import { rollOut } from '../../operator/decide/roll-out.ts'
import type { Decision, NodeView, Snapshot } from '../../operator/decide/types.ts'
import { act, operation } from '../../operator/decide/verdicts.ts'
import { agentRules } from './agent-process.ts'
import { type Rules, realRules } from './simulate.ts'

export type Mutant = {
  /** The rule that is missing. */
  readonly name: string
  /** The invariant that notices. */
  readonly breaks: string
  readonly rules: Rules
}

const withOperator = (change: Partial<Rules['operator']>): Rules => ({ ...realRules, operator: { ...realRules.operator, ...change } })
const withAgent = (change: Partial<Rules['agent']>): Rules => ({ ...realRules, agent: { ...agentRules, ...change } })

const replace = (victim: Decision, by: Decision): Rules => {
  const changed = order.map((decision) => (decision === victim ? by : decision))
  return withOperator({ decide: (snapshot) => decide(snapshot, changed) })
}
/** One decision sees another snapshot than the others. */
const deceive = (victim: Decision, change: (snapshot: Snapshot) => Snapshot): Rules =>
  replace(victim, (snapshot) => victim(change(snapshot)))

export const mutants: readonly Mutant[] = [
  {
    name: 'the first node is chosen once',
    breaks: 'INV-4',
    rules: deceive(formRing, (snapshot) => {
      const uid = snapshot.status.bootstrap?.firstNode?.nodeUID
      const first = snapshot.nodes.find(({ record }) => record.spec.nodeUID === uid)
      if (first === undefined || hasJoined(first) || isWaiting(first)) return snapshot
      return { ...snapshot, status: { ...snapshot.status, bootstrap: {} } }
    }),
  },
  {
    name: 'one node joins at a time',
    breaks: 'INV-2',
    rules: deceive(addNode, (snapshot) => {
      const waiting = snapshot.nodes.filter((node) => !hasJoined(node) && isWaiting(node)).at(-1)
      if (waiting === undefined) return snapshot
      const { operation: _, ...status } = snapshot.status
      return calm({ ...snapshot, status, nodes: snapshot.nodes.filter((node) => node === waiting || hasJoined(node)) })
    }),
  },
  { name: 'a join needs every member up', breaks: 'INV-2', rules: deceive(addNode, (snapshot) => calm(withoutDown(snapshot))) },
  {
    name: 'a silent node is not an absent one',
    breaks: 'INV-2',
    rules: deceive(addNode, (snapshot) =>
      calm({ ...snapshot, nodes: snapshot.nodes.filter((node) => node.own.known || !hasJoined(node)) }),
    ),
  },
  {
    name: 'nothing joins without streaming once the ring is initialised',
    breaks: 'INV-4',
    rules: deceive(formRing, (snapshot) => {
      const { initializedAt: _, ...status } = snapshot.status
      return { ...snapshot, status }
    }),
  },
  {
    name: 'nothing joins without streaming once there is a keyspace of a user',
    breaks: 'INV-6',
    rules: deceive(formRing, (snapshot) => withViews(snapshot, (view) => ({ ...view, keyspaces: {} }))),
  },
  {
    name: 'a roll takes no quorum',
    breaks: 'INV-3',
    rules: replace(rollOut, (snapshot) => {
      const next = snapshot.nodes.find(({ pod, wantedRevision }) => pod !== undefined && !pod.deleting && pod.revision !== wantedRevision)
      if (next?.pod === undefined) return rollOut(snapshot)
      const { uid, resourceVersion } = next.pod
      const steps = [{ kind: 'delete-pod', node: nameOf(next), uid, resourceVersion }] as const
      return act('Updating', 'restarting', steps, operation(snapshot, 'Rollout', 'Restart', 'restarting'))
    }),
  },
  {
    name: 'an intent is durable before its effect',
    breaks: 'INV-11',
    rules: withOperator({
      decide: (snapshot) => {
        const decided = decide(snapshot)
        return decided.verdict.kind === 'act' ? { ...decided, verdict: { ...decided.verdict, journal: undefined } } : decided
      },
    }),
  },
  { name: 'what is deleted is what was seen', breaks: 'INV-1', rules: withOperator({ deletesWhatItSaw: false }) },
  { name: 'a pass waits for its own writes', breaks: 'INV-14', rules: withOperator({ readsItsWrites: false }) },
  { name: 'the budget is raised before the pods', breaks: 'INV-14', rules: withOperator({ raisesBudget: false }) },
  { name: 'an agent obeys the newest leader alone', breaks: 'INV-2', rules: withAgent({ admits: () => true }) },
  {
    name: 'an empty node is never its own seed',
    breaks: 'INV-4',
    rules: withAgent({
      decideStart: (facts) => agentRules.decideStart(facts.marker.grant?.kind === 'FirstNode' ? facts : { ...facts, podIP: '' }),
    }),
  },
  {
    name: 'a grant is for one pod',
    breaks: 'INV-5',
    rules: withAgent({
      decideStart: (facts) => agentRules.decideStart({ ...facts, podUID: facts.marker.grant?.podUID ?? facts.podUID }),
    }),
  },
]

function isWaiting({ own }: NodeView): boolean {
  return own.known && own.value.start.phase === 'WaitingForGrant'
}

type View = NonNullable<Extract<NodeView['own'], { readonly known: true }>['value']['cassandra']>

function withViews(snapshot: Snapshot, change: (view: View) => View): Snapshot {
  const nodes = snapshot.nodes.map((node): NodeView => {
    const cassandra = node.own.known ? node.own.value.cassandra : undefined
    if (!node.own.known || cassandra === undefined) return node
    return { ...node, own: { ...node.own, value: { ...node.own.value, cassandra: change(cassandra) } } }
  })
  return { ...snapshot, nodes }
}

/** Everything is quiet, and nobody unreachable. */
function calm(snapshot: Snapshot): Snapshot {
  return withViews(snapshot, (view) => ({
    ...view,
    unreachable: [],
    joining: [],
    pendingRanges: {},
    streams: 0,
    repairs: 0,
    schemaVersions: {},
  }))
}

/** Members that are down are overlooked. */
function withoutDown(snapshot: Snapshot): Snapshot {
  return { ...snapshot, nodes: snapshot.nodes.filter((node) => !hasJoined(node) || isNormal(node, { ...snapshot, nodes: [node] })) }
}
