// One node more (safety.md 4.2): record, volume and pod need no permission; the start does, one at a time, behind a barrier.
import type { Grant } from '../../api/agent.ts'
import { rackOfNextNode } from '../../cassandra/model/placement.ts'
import { DATACENTER } from './form-ring.ts'
import { resumeJoin } from './resume-join.ts'
import {
  agentOf,
  hasJoined,
  isNormal,
  isRecorded,
  nameOf,
  whyMemberMissing,
  whyNotAllUp,
  whyNotIdle,
  whyNotNormal,
  whyNotOneSchema,
  whyNotQuiet,
  whyNotVersion,
} from './ring.ts'
import { troubleOf } from './trouble.ts'
import type { Decision, NodeView, Snapshot, Step, Verdict } from './types.ts'
import { act, blocked, LATER, operation, settled, wait } from './verdicts.ts'

/** Twice the time that gossip takes to reach everybody (ring_delay_ms). */
const QUIET_MS = 60_000

export const addNode: Decision = (snapshot) => {
  const { status, nodes, cluster } = snapshot
  if (status.initializedAt === undefined) return settled
  const running = status.operation?.type === 'AddNode' ? status.operation : undefined
  // The one of the operation first: it may have joined, and is not settled everywhere yet.
  const started = nodes.find((node) => node.record.spec.nodeUID === running?.nodeUID)
  if (running !== undefined && started === undefined) return act('ScalingUp', `${running.node} is gone`, [{ kind: 'release' }])
  const joining = started ?? nodes.find((node) => !hasJoined(node))
  if (joining !== undefined) return bringIn(joining, snapshot)
  return nodes.length < cluster.spec.nodes ? recordNext(snapshot) : settled
}

function recordNext(snapshot: Snapshot): Verdict {
  const racks = snapshot.status.datacenters?.[0]?.racks ?? []
  const inRack = (name: string) => snapshot.nodes.filter((node) => node.record.spec.rack === name)
  const rack = rackOfNextNode(racks.map(({ name }) => ({ rack: name, nodes: inRack(name).length })))
  if (rack === undefined) return blocked('InvalidSpec', 'no rack is recorded')
  const problem = snapshot.podProblem ?? snapshot.storageProblem
  if (problem !== undefined) return blocked(problem.reason, `no node is added: ${problem.message}`)
  const used = new Set(inRack(rack).map((node) => node.record.spec.ordinal))
  let ordinal = 0
  while (used.has(ordinal)) ordinal++
  const message = `adding node ${snapshot.nodes.length + 1} of ${snapshot.cluster.spec.nodes} in ${rack}`
  return act('ScalingUp', message, [{ kind: 'create-node', datacenter: DATACENTER, rack, ordinal }])
}

function bringIn(node: NodeView, snapshot: Snapshot): Verdict {
  const name = nameOf(node)
  if (isSurplus(node, snapshot)) return cancel(node, snapshot)
  const prepare: Step[] = [
    ...(node.claim === undefined ? [{ kind: 'create-claim', node: name } as const] : []),
    ...(node.pod === undefined ? [{ kind: 'create-pod', node: name, seed: false } as const] : []),
  ]
  const [first, ...rest] = prepare
  if (first !== undefined) return act('ScalingUp', `preparing ${name}`, [first, ...rest])
  const trouble = troubleOf(node, snapshot.now)
  if (trouble !== undefined) return blocked(trouble.reason, `${name}: ${trouble.message}`)
  const agent = agentOf(node)
  if (agent === undefined) return wait('ScalingUp', `${name}: its pod starts`)
  if (agent.start.phase === 'WaitingForGrant') return letJoin(node, snapshot)
  if (!isNormal(node, snapshot)) return resumeJoin(node) ?? wait('Joining', joinProgress(node))
  return settle(node, snapshot)
}

/** It has joined; the next change waits until gossip has come to rest (safety.md: ringQuiet for twice the ring delay). */
function settle(node: NodeView, snapshot: Snapshot): Verdict {
  const name = nameOf(node)
  const members = snapshot.nodes.filter(hasJoined)
  const { operation: running } = snapshot.status
  const unwritten = isRecorded(node) ? undefined : 'its host id is not recorded yet'
  const unrest = whyNotAllUp(snapshot, members) ?? whyMemberMissing(snapshot) ?? whyNotQuiet(snapshot) ?? unwritten
  const step = unrest === undefined ? 'Settle' : 'Joining'
  const message = `${name} has joined${unrest === undefined ? ', and the ring comes to rest' : `; ${unrest}`}`
  if (running?.step !== step) {
    return act('TopologyBusy', message, [{ kind: 'patch-status', patch: {} }], operation(snapshot, 'AddNode', step, message, node))
  }
  const left = Date.parse(running.stepSince) + QUIET_MS - snapshot.now
  if (unrest !== undefined || left > 0) return wait('TopologyBusy', message, LATER)
  const older = members.filter((other) => other !== node).map(nameOf)
  const pending = [...new Set([...(snapshot.status.cleanup?.pending ?? []), ...older])]
  return act('ScalingUp', `${name} has joined`, [{ kind: 'patch-status', patch: { cleanup: { pending } } }, { kind: 'release' }])
}

/** The barrier: everything up, at rest, of one mind. Never two joins at once (H1). */
function letJoin(node: NodeView, snapshot: Snapshot): Verdict {
  const name = nameOf(node)
  const members = snapshot.nodes.filter((other) => other !== node && hasJoined(other))
  const resumes = agentOf(node)?.marker?.state === 'Joining'
  // What is unreachable besides the members is its own life before, which may have been a member already when it ended.
  const notUp = resumes
    ? members.map((member) => whyNotNormal(member, snapshot)).find((why) => why !== undefined)
    : whyNotAllUp(snapshot, members)
  if (notUp !== undefined) return wait('MembersDown', `${name} waits to join: ${notUp}`)
  const lost = whyMemberMissing(snapshot)
  if (lost !== undefined) return wait('MemberMissing', `${name} waits to join: ${lost}`)
  const schema = whyNotOneSchema(snapshot, resumes ? 'the live' : 'all')
  if (schema !== undefined) return wait('SchemaDisagreement', `${name} waits to join: ${schema}`)
  const version = whyNotVersion(snapshot, snapshot.cluster.spec.version)
  if (version !== undefined) return wait('TopologyBusy', `${name} waits to join: ${version}`)
  const unrest = whyNotQuiet(snapshot) ?? whyNotIdle(snapshot)
  if (unrest !== undefined && !resumes) return wait('TopologyBusy', `${name} waits to join: ${unrest}`)
  if ((snapshot.status.cleanup?.pending.length ?? 0) > 0 && !resumes)
    return wait('CleanupPending', `${name} waits for the cleanup of the others`)
  const pod = node.pod
  if (pod === undefined || pod.deleting) return wait('ScalingUp', `${name}: its pod starts`)
  const id = `Join-${pod.uid}`
  if (agentOf(node)?.marker?.grant?.id === id) return wait('Joining', `${name}: ${agentOf(node)?.start.message}`)
  const grant: Grant = { id, kind: 'Join', podUID: pod.uid, nodeUID: node.record.spec.nodeUID }
  const message = `${name} joins`
  return act('ScalingUp', message, [{ kind: 'grant', node: name, grant }], operation(snapshot, 'AddNode', 'Grant', message, node))
}

/**
 * It was asked for by a spec that has changed since, and it was never let start: its going costs nothing. The grant is
 * journalled before it is given, so from then on the journal says that it is too late.
 */
function isSurplus(node: NodeView, { nodes, cluster, status }: Snapshot): boolean {
  if (nodes.length <= cluster.spec.nodes || hasJoined(node)) return false
  const { operation: running } = status
  if (running?.type === 'AddNode' && running.nodeUID === node.record.spec.nodeUID) return running.step === 'Cancel'
  // A node of the first ring may have joined it without having been written down; only its own marker can say that it has not.
  const isOfFirstRing = node.record.spec.initialTokens !== undefined
  const isUnused = !isOfFirstRing && (node.claim === undefined || (!node.claim.bound && node.claim.trouble === undefined))
  return isUnused || agentOf(node)?.marker?.state === 'Empty'
}

function cancel(node: NodeView, snapshot: Snapshot): Verdict {
  const message = `${nameOf(node)} is no longer wanted`
  if (node.pod !== undefined) {
    if (node.pod.deleting) return wait('ScalingUp', message)
    const { uid, resourceVersion } = node.pod
    const journal = operation(snapshot, 'AddNode', 'Cancel', message, node)
    return act('ScalingUp', message, [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }], journal)
  }
  const { name, uid, resourceVersion } = node.record.metadata
  return act('ScalingUp', message, [{ kind: 'delete-node', node: name, uid, resourceVersion }])
}

function joinProgress(node: NodeView): string {
  const agent = agentOf(node)
  const mode = agent?.cassandra?.operationMode
  const streamed = agent?.cassandra?.streamedBytes
  if (mode === 'JOINING' && streamed !== undefined && streamed.total > 0) {
    return `${nameOf(node)} joins, ${Math.round((100 * streamed.done) / streamed.total)} % streamed`
  }
  if (agent?.start.reason !== undefined) return `${nameOf(node)}: ${agent.start.message}`
  return `${nameOf(node)} joins (${mode ?? 'Cassandra starts'})`
}
