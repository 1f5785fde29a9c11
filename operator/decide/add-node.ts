// One node more (safety.md 4.2): record, volume and pod need no permission; the start does, one at a time, behind a barrier.
import type { Grant } from '../../api/agent.ts'
import { rackOfNextNode } from '../../cassandra/model/placement.ts'
import { DATACENTER } from './form-ring.ts'
import { agentOf, hasJoined, isNormal, nameOf, whyNotAllUp, whyNotIdle, whyNotOneSchema, whyNotQuiet } from './ring.ts'
import type { Decision, NodeView, Snapshot, Step, Verdict } from './types.ts'
import { act, operation, settled, wait } from './verdicts.ts'

export const addNode: Decision = (snapshot) => {
  if (snapshot.status.initializedAt === undefined) return settled
  const joining = snapshot.nodes.find((node) => isBeingAdded(node, snapshot))
  if (joining !== undefined) return bringIn(joining, snapshot)
  return snapshot.nodes.length < snapshot.cluster.spec.nodes ? recordNext(snapshot) : settled
}

/** Not a member yet, or the node of the running operation that is not settled everywhere. */
function isBeingAdded(node: NodeView, { status }: Snapshot): boolean {
  return !hasJoined(node) || (status.operation?.type === 'AddNode' && status.operation.nodeUID === node.record.spec.nodeUID)
}

function recordNext(snapshot: Snapshot): Verdict {
  const racks = snapshot.status.datacenters?.[0]?.racks ?? []
  const inRack = (name: string) => snapshot.nodes.filter((node) => node.record.spec.rack === name)
  const rack = rackOfNextNode(racks.map(({ name }) => ({ rack: name, nodes: inRack(name).length })))
  if (rack === undefined) return { kind: 'blocked', reason: 'InvalidSpec', message: 'no rack is recorded' }
  const used = new Set(inRack(rack).map((node) => node.record.spec.ordinal))
  let ordinal = 0
  while (used.has(ordinal)) ordinal++
  const message = `adding node ${snapshot.nodes.length + 1} of ${snapshot.cluster.spec.nodes} in ${rack}`
  return act('ScalingUp', message, [{ kind: 'create-node', datacenter: DATACENTER, rack, ordinal }])
}

function bringIn(node: NodeView, snapshot: Snapshot): Verdict {
  const name = nameOf(node)
  if (isSurplus(node, snapshot)) return cancel(node)
  const prepare: Step[] = [
    ...(node.claim === undefined ? [{ kind: 'create-claim', node: name } as const] : []),
    ...(node.pod === undefined ? [{ kind: 'create-pod', node: name, seed: false } as const] : []),
  ]
  const [first, ...rest] = prepare
  if (first !== undefined) return act('ScalingUp', `preparing ${name}`, [first, ...rest])
  const agent = agentOf(node)
  if (agent === undefined) return wait('ScalingUp', `${name}: ${node.pod?.trouble?.message ?? node.claim?.trouble ?? 'its pod starts'}`)
  if (agent.start.phase === 'WaitingForGrant') return letJoin(node, snapshot)
  if (agent.start.phase === 'Refused') return { kind: 'blocked', reason: 'JoinFailed', message: `${name}: ${agent.start.message}` }
  if (!isNormal(node, snapshot)) return wait('Joining', joinProgress(node))
  const unrest = whyNotAllUp(snapshot) ?? whyNotQuiet(snapshot)
  if (unrest !== undefined) return wait('TopologyBusy', `${name} has joined; ${unrest}`)
  const older = snapshot.nodes.filter((other) => other !== node && hasJoined(other)).map(nameOf)
  const pending = [...new Set([...(snapshot.status.cleanup?.pending ?? []), ...older])]
  return act('ScalingUp', `${name} has joined`, [{ kind: 'patch-status', patch: { cleanup: { pending } } }, { kind: 'release' }])
}

/** The barrier: everything up, at rest, of one mind. Never two joins at once (H1). */
function letJoin(node: NodeView, snapshot: Snapshot): Verdict {
  const name = nameOf(node)
  const members = snapshot.nodes.filter((other) => other !== node && hasJoined(other))
  const notUp = whyNotAllUp(snapshot, members)
  if (notUp !== undefined) return wait('MembersDown', `${name} waits to join: ${notUp}`)
  const schema = whyNotOneSchema(snapshot)
  if (schema !== undefined) return wait('SchemaDisagreement', `${name} waits to join: ${schema}`)
  const resumes = agentOf(node)?.marker?.state === 'Joining'
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

/** It was asked for by a spec that has changed since, and it has never been let start: its going costs nothing. */
function isSurplus(node: NodeView, { nodes, cluster }: Snapshot): boolean {
  if (nodes.length <= cluster.spec.nodes || hasJoined(node)) return false
  return node.pod === undefined ? node.claim?.bound !== true : agentOf(node)?.marker?.state === 'Empty' || node.claim?.bound !== true
}

function cancel(node: NodeView): Verdict {
  const message = `${nameOf(node)} is no longer wanted`
  if (node.pod !== undefined) {
    if (node.pod.deleting) return wait('ScalingUp', message)
    const { uid, resourceVersion } = node.pod
    return act('ScalingUp', message, [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }])
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
