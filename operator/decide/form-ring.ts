// The first ring (safety.md 4.1): records with computed tokens, all pods at once, one node first, then all others together.
// Nothing streams, because there is no data yet (docs/decisions/0013).
import type { Grant } from '../../api/agent.ts'
import { rackSizes } from '../../cassandra/model/placement.ts'
import { firstRingTokens, type NodeTokens } from '../../cassandra/model/tokens.ts'
import { keepSeeds, seedsOf } from './keep-seeds.ts'
import { agentOf, hasJoined, isHeld, isNormal, nameOf, seen, whyNotNormal, whyNotOneSchema } from './ring.ts'
import { troubleOf } from './trouble.ts'
import type { Decision, NodeView, Snapshot, Step, Verdict } from './types.ts'
import { userKeyspaces } from './user-keyspaces.ts'
import { act, blocked, operation, settled, wait } from './verdicts.ts'

export const DATACENTER = 'dc1'

export const formRing: Decision = (snapshot) => {
  if (snapshot.status.initializedAt !== undefined) return settled
  const joined = snapshot.nodes.find(hasJoined)
  if (joined !== undefined && snapshot.status.bootstrap?.firstNode === undefined) {
    // A second first node would be a second ring.
    return blocked('BootstrapFailed', `${nameOf(joined)} has joined a ring, but the status has lost who began it; put the status back`)
  }
  return (
    recordNodes(snapshot) ??
    makePods(snapshot) ??
    electFirst(snapshot) ??
    startFirst(snapshot) ??
    showFirst(snapshot) ??
    startOthers(snapshot) ??
    agree(snapshot)
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
  if (status.bootstrap?.firstNode !== undefined) return undefined
  const fixed = planned(snapshot)
  const racks = (status.datacenters?.[0]?.racks ?? []).map((rack) => rack.name)
  const plan = firstRingTokens(rackSizes(racks, fixed), cluster.spec.numTokens)
  const isIn = (node: NodeTokens, { record: { spec } }: NodeView): boolean =>
    spec.rack === node.rack && spec.ordinal === node.ordinal && node.tokens.join() === spec.initialTokens?.join()
  // A record of another plan (racks were added) would hold tokens between those of this one.
  const isOther = nodes.some((node) => !plan.some((wanted) => isIn(wanted, node)))
  if (fixed !== cluster.spec.nodes || isOther) return replan(snapshot)
  const missing = plan.filter((wanted) => !nodes.some((node) => isIn(wanted, node)))
  if (missing.length === 0) return undefined
  const steps = missing.map(
    ({ rack, ordinal, tokens }): Step => ({ kind: 'create-node', datacenter: DATACENTER, rack, ordinal, initialTokens: tokens }),
  )
  const message = `making ${fixed} nodes over ${racks.length} racks`
  return act('Bootstrapping', message, steps as [Step, ...Step[]], journal(snapshot, 'Prepare', message))
}

/** Number or racks changed before any node was let start: begin again with a new plan; there is nothing to lose yet. */
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
  if (first === undefined) return awaitNodes(snapshot, waitingFor(snapshot))
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
    return blocked('BootstrapFailed', 'the record of the first node is gone; delete the cluster and its volumes, and create it again')
  }
  if (first.claim !== undefined && first.claim.uid !== snapshot.status.bootstrap?.firstNode?.pvcUID) {
    const message = `the volume of the first node ${nameOf(first)} was replaced; delete the cluster and its volumes, and create it again`
    return blocked('BootstrapFailed', message)
  }
  if (servesAlone(first)) return undefined
  const other = snapshot.nodes.find((node) => node !== first && hasJoined(node))
  if (other !== undefined && awaitsGrant(first)) {
    const message = `the data of the first node ${nameOf(first)} is gone, while ${nameOf(other)} has joined its ring; delete the cluster and its volumes, and create it again`
    return blocked('BootstrapFailed', message)
  }
  return grantTo(snapshot, [first], 'FirstNode', 'GrantFirst') ?? awaitNodes(snapshot, progress(first, 'the first node starts'))
}

/** The others find the ring by the seeds, so the first node is one before they start. */
function showFirst(snapshot: Snapshot): Verdict | undefined {
  const seeds = keepSeeds(snapshot)
  return seeds.kind === 'act' ? seeds : undefined
}

function startOthers(snapshot: Snapshot): Verdict | undefined {
  const waiting = snapshot.nodes.filter((node) => !hasJoined(node) && awaitsGrant(node))
  // Somebody has got in and may have written: those that were not let start yet must stream, one at a time (add-node.ts).
  const mustStream = userKeyspaces(snapshot).length > 0
  if (!mustStream && waiting.length > 0) {
    const silent = snapshot.nodes.find((node) => hasJoined(node) && agentOf(node)?.cassandra === undefined)
    if (silent !== undefined) return awaitNodes(snapshot, `the others wait: ${whyNotNormal(silent, snapshot)}`)
    const granted = grantTo(snapshot, waiting, 'JoinNoStream', 'JoinRest')
    if (granted !== undefined) return granted
  }
  const again = mustStream ? startAgain(waiting, snapshot) : undefined
  if (again !== undefined) return again
  const notYet = snapshot.nodes.filter((node) => !isNormal(node, snapshot) && !(mustStream && !hasJoined(node) && isHeld(node)))
  if (notYet.length === 0) return undefined
  return awaitNodes(snapshot, `${snapshot.nodes.length - notYet.length} of ${snapshot.nodes.length} nodes are up; ${waitingFor(snapshot)}`)
}

/**
 * One that was let start before there was anything to stream, and that lost its pod: it may be a member already, which
 * nobody could write down. If it is not, it streams, with the tokens it was given.
 */
function startAgain(waiting: readonly NodeView[], snapshot: Snapshot): Verdict | undefined {
  const node = waiting.find((candidate) => agentOf(candidate)?.marker?.state === 'Joining')
  if (node === undefined) return undefined
  // One that Cassandra refuses to let in, perhaps because this one is down, holds nobody back.
  const isStarting = (other: NodeView): boolean => !isHeld(other) && troubleOf(other, snapshot.now) === undefined
  const busy = snapshot.nodes.find((other) => other !== node && (hasJoined(other) ? !isNormal(other, snapshot) : isStarting(other)))
  if (busy !== undefined) return awaitNodes(snapshot, `${nameOf(node)} waits: ${whyNotNormal(busy, snapshot)}`)
  return grantTo(snapshot, [node], 'Join', 'JoinRest')
}

/** Every view lists exactly the nodes that have joined, with the tokens that were computed, and one schema. */
function agree(snapshot: Snapshot): Verdict {
  const members = snapshot.nodes.filter(hasJoined).length
  for (const { node, cassandra } of seen(snapshot)) {
    if (Object.keys(cassandra.hostIDs).length !== members) return wait('ViewsDisagree', `${nameOf(node)} does not see every node yet`)
    const expected = new Set(node.record.spec.initialTokens)
    if (cassandra.tokens.length !== expected.size || cassandra.tokens.some((token) => !expected.has(token))) {
      return blocked('BootstrapFailed', `${nameOf(node)} has other tokens than it was given`)
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

/** There is nothing to do but to wait; when a node needs a person, that is what is said. */
function awaitNodes(snapshot: Snapshot, message: string): Verdict {
  for (const node of snapshot.nodes) {
    const trouble = isNormal(node, snapshot) ? undefined : troubleOf(node, snapshot.now)
    if (trouble !== undefined) return blocked(trouble.reason, `${nameOf(node)}: ${trouble.message}`)
  }
  return wait('Bootstrapping', message)
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
  if (agent === undefined) return `${nameOf(node)}: ${silence(node)}`
  return agent.start.phase === 'Started' ? `${nameOf(node)} starts Cassandra` : `${nameOf(node)}: ${agent.start.message || fallback}`
}

function silence({ own, pod }: NodeView): string {
  return own.known || pod?.ip === undefined ? 'its pod starts' : `its agent does not answer (${own.message})`
}
