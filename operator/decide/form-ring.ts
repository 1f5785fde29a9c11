// The first ring (safety.md 4.1): records with computed tokens, all pods at once, one node first, then all others together.
// Nothing streams, because there is no data yet (docs/decisions/0013).
import type { Grant } from '../../api/agent.ts'
import { rackSizes } from '../../cassandra/model/placement.ts'
import { firstRingTokens } from '../../cassandra/model/tokens.ts'
import { seedsOf } from './keep-seeds.ts'
import { agentOf, hasJoined, isNormal, nameOf, seen, whyNotOneSchema } from './ring.ts'
import type { Decision, NodeView, Snapshot, Step, Verdict } from './types.ts'
import { act, operation, settled, wait } from './verdicts.ts'

export const DATACENTER = 'dc1'

export const formRing: Decision = (snapshot) => {
  if (snapshot.status.initializedAt !== undefined) return settled
  return (
    recordNodes(snapshot) ?? makePods(snapshot) ?? electFirst(snapshot) ?? startFirst(snapshot) ?? startOthers(snapshot) ?? agree(snapshot)
  )
}

/** Number of nodes of the first formation: fixed in the journal before the first record, because the tokens follow from it. */
function planned(snapshot: Snapshot): number {
  const { operation: running } = snapshot.status
  const fixed = running?.type === 'Bootstrap' ? Number(running.args?.nodes) : Number.NaN
  return Number.isInteger(fixed) && fixed > 0 ? fixed : snapshot.cluster.spec.nodes
}

function journal(snapshot: Snapshot, step: string, message: string, nodes = planned(snapshot)) {
  return operation(snapshot, 'Bootstrap', step, message, undefined, { nodes: String(nodes) })
}

function recordNodes(snapshot: Snapshot): Verdict | undefined {
  const { status, cluster, nodes } = snapshot
  const wanted = cluster.spec.nodes
  const fixed = planned(snapshot)
  if (fixed !== wanted && status.bootstrap?.firstNode === undefined) return replan(snapshot)
  const racks = (status.datacenters?.[0]?.racks ?? []).map((rack) => rack.name)
  const plan = firstRingTokens(rackSizes(racks, fixed), cluster.spec.numTokens)
  const missing = plan.filter((node) => !nodes.some(({ record }) => record.spec.rack === node.rack && record.spec.ordinal === node.ordinal))
  if (missing.length === 0 || status.bootstrap?.firstNode !== undefined) return undefined
  const steps = missing.map(
    ({ rack, ordinal, tokens }): Step => ({ kind: 'create-node', datacenter: DATACENTER, rack, ordinal, initialTokens: tokens }),
  )
  const message = `making ${fixed} nodes over ${racks.length} racks`
  return act('Bootstrapping', message, steps as [Step, ...Step[]], journal(snapshot, 'Prepare', message))
}

/** The number changed before any node was let start: begin again with the new one; there is nothing to lose yet. */
function replan(snapshot: Snapshot): Verdict {
  const wanted = snapshot.cluster.spec.nodes
  const pods = snapshot.nodes.flatMap(({ pod, record }) => (pod === undefined || pod.deleting ? [] : [{ pod, record }]))
  const message = `planning anew for ${wanted} nodes`
  if (snapshot.nodes.length === 0) {
    return act('Bootstrapping', message, [{ kind: 'patch-status', patch: {} }], journal(snapshot, 'Prepare', message, wanted))
  }
  if (pods.length > 0) {
    const steps = pods.map(
      ({ pod, record }): Step => ({ kind: 'delete-pod', node: record.metadata.name, uid: pod.uid, resourceVersion: pod.resourceVersion }),
    )
    return act('Bootstrapping', message, steps as [Step, ...Step[]])
  }
  if (snapshot.nodes.some((node) => node.pod !== undefined)) return wait('Bootstrapping', `${message}: pods are ending`)
  const steps = snapshot.nodes.map(({ record }): Step => {
    const { name, uid, resourceVersion } = record.metadata
    return { kind: 'delete-node', node: name, uid, resourceVersion }
  })
  return act('Bootstrapping', message, steps as [Step, ...Step[]])
}

function makePods(snapshot: Snapshot): Verdict | undefined {
  const seeds = seedsOf(snapshot)
  const steps = snapshot.nodes.flatMap((node): Step[] => {
    const name = nameOf(node)
    const claim: Step[] = node.claim === undefined ? [{ kind: 'create-claim', node: name }] : []
    const pod: Step[] = node.pod === undefined ? [{ kind: 'create-pod', node: name, seed: seeds.has(name) }] : []
    return [...claim, ...pod]
  })
  const [first, ...rest] = steps
  return first === undefined ? undefined : act('Bootstrapping', `starting ${snapshot.nodes.length} pods`, [first, ...rest])
}

/** Written before the grant and never again: at most one node in a cluster's life starts as its own seed (INV-4). */
function electFirst(snapshot: Snapshot): Verdict | undefined {
  if (snapshot.status.bootstrap?.firstNode !== undefined) return undefined
  const first = snapshot.nodes.find((node) => awaitsGrant(node) && node.claim !== undefined && agentOf(node)?.marker?.state === 'Empty')
  if (first === undefined) return wait('Bootstrapping', waitingFor(snapshot))
  const firstNode = { node: nameOf(first), nodeUID: first.record.spec.nodeUID, pvcUID: first.claim?.uid ?? '' }
  return act(
    'Bootstrapping',
    `${firstNode.node} will be the first node`,
    [{ kind: 'patch-status', patch: { bootstrap: { ...snapshot.status.bootstrap, firstNode } } }],
    journal(snapshot, 'ElectFirst', `${firstNode.node} will be the first node`),
  )
}

function startFirst(snapshot: Snapshot): Verdict | undefined {
  const uid = snapshot.status.bootstrap?.firstNode?.nodeUID
  const first = snapshot.nodes.find((node) => node.record.spec.nodeUID === uid)
  if (first === undefined) {
    return {
      kind: 'blocked',
      reason: 'BootstrapFailed',
      message: 'the record of the first node is gone; delete the cluster and its volumes, and create it again',
    }
  }
  if (first.claim !== undefined && first.claim.uid !== snapshot.status.bootstrap?.firstNode?.pvcUID) {
    return {
      kind: 'blocked',
      reason: 'BootstrapFailed',
      message: `the volume of the first node ${nameOf(first)} was replaced; delete the cluster and its volumes, and create it again`,
    }
  }
  if (servesAlone(first)) return undefined
  return grantTo(snapshot, [first], 'FirstNode', 'GrantFirst') ?? wait('Bootstrapping', progress(first, 'the first node starts'))
}

function startOthers(snapshot: Snapshot): Verdict | undefined {
  const waiting = snapshot.nodes.filter((node) => !hasJoined(node) && awaitsGrant(node))
  const granted = grantTo(snapshot, waiting, 'JoinNoStream', 'JoinRest')
  if (granted !== undefined) return granted
  const notYet = snapshot.nodes.filter((node) => !isNormal(node, snapshot))
  if (notYet.length === 0) return undefined
  return wait('Bootstrapping', `${snapshot.nodes.length - notYet.length} of ${snapshot.nodes.length} nodes are up; ${waitingFor(snapshot)}`)
}

/** Every view lists exactly the recorded nodes with the tokens that were computed, and one schema. */
function agree(snapshot: Snapshot): Verdict {
  for (const { node, cassandra } of seen(snapshot)) {
    if (Object.keys(cassandra.hostIDs).length !== snapshot.nodes.length)
      return wait('ViewsDisagree', `${nameOf(node)} does not see every node yet`)
    const expected = new Set(node.record.spec.initialTokens)
    if (cassandra.tokens.length !== expected.size || cassandra.tokens.some((token) => !expected.has(token))) {
      return { kind: 'blocked', reason: 'BootstrapFailed', message: `${nameOf(node)} has other tokens than it was given` }
    }
  }
  const schema = whyNotOneSchema(snapshot)
  return schema === undefined ? settled : wait('SchemaDisagreement', schema)
}

function grantTo(snapshot: Snapshot, nodes: readonly NodeView[], kind: Grant['kind'], step: string): Verdict | undefined {
  const steps = nodes.flatMap((node): Step[] => {
    const { pod } = node
    const marker = agentOf(node)?.marker
    if (pod === undefined || marker === undefined || !awaitsGrant(node)) return []
    const id = `${kind}-${pod.uid}`
    if (marker.grant?.id === id) return [] // kept already; the start follows
    const tokens = node.record.spec.initialTokens
    const grant: Grant = {
      id,
      kind,
      podUID: pod.uid,
      nodeUID: node.record.spec.nodeUID,
      ...(tokens === undefined ? {} : { initialTokens: tokens }),
    }
    return [{ kind: 'grant', node: nameOf(node), grant }]
  })
  const [first, ...rest] = steps
  if (first === undefined) return undefined
  const message = `letting ${steps.length === 1 ? nodes[0]?.record.metadata.name : `${steps.length} nodes`} start`
  return act('Bootstrapping', message, [first, ...rest], journal(snapshot, step, message))
}

function awaitsGrant(node: NodeView): boolean {
  return agentOf(node)?.start.phase === 'WaitingForGrant' && node.pod?.deleting === false
}

/** The first node in its own view; the others have none yet. */
function servesAlone(node: NodeView): boolean {
  const own = agentOf(node)
  return own?.marker?.state === 'Joined' && own.cassandra?.operationMode === 'NORMAL'
}

function waitingFor(snapshot: Snapshot): string {
  const node = snapshot.nodes.find((candidate) => !isNormal(candidate, snapshot))
  return node === undefined ? 'waiting' : progress(node, 'waiting')
}

function progress(node: NodeView, fallback: string): string {
  const trouble = node.pod?.trouble ?? node.claim?.trouble
  if (typeof trouble === 'string') return `${nameOf(node)}: ${trouble}`
  if (trouble !== undefined) return `${nameOf(node)}: ${trouble.message}`
  const agent = agentOf(node)
  if (agent === undefined) return `${nameOf(node)}: its pod starts`
  return agent.start.phase === 'Started' ? `${nameOf(node)} starts Cassandra` : `${nameOf(node)}: ${agent.start.message || fallback}`
}
