// Pods of another template are replaced one at a time, and only while everything else is up (H21, H22). What did not come
// back from the roll before is first, so that a good template undoes a bad one (INV-8).
import { quorumLostWithout } from '../../cassandra/model/availability.ts'
import { ringOf } from './availability.ts'
import {
  agentOf,
  hasJoined,
  isHeld,
  isNormal,
  isRecorded,
  nameOf,
  servesItself,
  whyMemberMissing,
  whyNotIdle,
  whyNotNormal,
  whyNotQuiet,
} from './ring.ts'
import { troubleOf } from './trouble.ts'
import type { Decision, NodeView, Snapshot, Verdict } from './types.ts'
import { act, blocked, operation, settled, wait } from './verdicts.ts'

export const rollOut: Decision = (snapshot) => {
  const { operation: running } = snapshot.status
  const members = snapshot.nodes.filter(hasJoined)
  const outdated = members.filter(
    (node) => node.pod !== undefined && node.wantedRevision !== undefined && node.pod.revision !== node.wantedRevision,
  )
  if (outdated.length === 0) return running?.type === 'Rollout' ? finish(snapshot, members) : settled
  if (mustJoinFirst(snapshot)) return settled
  const ending = outdated.find((node) => node.pod?.deleting)
  if (ending !== undefined) return wait('Updating', `${nameOf(ending)} is being restarted`)
  const next = outdated.find((node) => !servesItself(node)) ?? outdated[0]
  if (next === undefined) return settled
  if (snapshot.podProblem !== undefined) return blocked(snapshot.podProblem.reason, `${snapshot.podProblem.message}; no pod was touched`)
  const why = whyNotNow(next, members, snapshot)
  return why ?? replacePod(next, snapshot, `restarting ${nameOf(next)} with the newest template, ${outdated.length} to go`)
}

/**
 * A join that was let start ends first; one that still waits may wait, and needs the others of its own version. But one
 * that starts over may have been a member already that nobody could write down: then the ring is not known until it is up.
 */
function mustJoinFirst(snapshot: Snapshot): boolean {
  const { operation: running } = snapshot.status
  const outside = snapshot.nodes.filter((node) => !hasJoined(node))
  const isStarted = (node: NodeView): boolean =>
    running?.type === 'AddNode' && running.nodeUID === node.record.spec.nodeUID && !isHeld(node)
  return snapshot.nodes.some(isStarted) || (outside.length > 0 && !ringOf(snapshot).known)
}

function finish(snapshot: Snapshot, members: readonly NodeView[]): Verdict {
  const down = members.find((node) => !isNormal(node, snapshot))
  if (down !== undefined) return comesBack(down, snapshot, `the last step of the roll`)
  return act('Updating', 'every node runs the newest template', [{ kind: 'release' }])
}

/** A node that has the newest template and is not up yet: it takes its time, or the roll ends at it. */
function comesBack(node: NodeView, snapshot: Snapshot, what: string): Verdict {
  const trouble = troubleOf(node, snapshot.now)
  if (trouble !== undefined)
    return blocked(trouble.reason, `${nameOf(node)}: ${trouble.message}; ${what} waits for it, and the others are untouched`)
  return wait('Updating', `${what} waits: ${whyNotNormal(node, snapshot)}`)
}

function whyNotNow(node: NodeView, members: readonly NodeView[], snapshot: Snapshot): Verdict | undefined {
  const what = `the restart of ${nameOf(node)}`
  for (const other of members) {
    // Not by the view of the node itself: its agent may be what has to be replaced.
    const notUp = other === node ? undefined : whyNotNormal(other, snapshot, node)
    if (notUp === undefined) continue
    return other.pod?.revision === other.wantedRevision ? comesBack(other, snapshot, what) : wait('MembersDown', `${what} waits: ${notUp}`)
  }
  if (!isRecorded(node)) return wait('Updating', `${what} waits: its host id is not recorded yet`)
  const lost = whyMemberMissing(snapshot)
  if (lost !== undefined) return wait('MemberMissing', `${what} waits: ${lost}`)
  const version = snapshot.cluster.spec.version
  const isUpgrade = (agentOf(node)?.cassandra?.releaseVersion ?? version) !== version
  const unrest = whyNotQuiet(snapshot) ?? (isUpgrade ? whyNotIdle(snapshot) : undefined)
  if (unrest !== undefined) return wait('TopologyBusy', `${what} waits: ${unrest}`)
  const ring = ringOf(snapshot)
  if (!ring.known) return wait('ViewsIncomplete', `${what} waits: ${ring.message}`)
  // Keyspaces that no order of restarts can protect do not stop a roll that the user asked for.
  const broken = quorumLostWithout(ring.value, new Set([nameOf(node)])).find(({ replicas }) => replicas > 2 && replicas <= members.length)
  if (broken !== undefined) return wait('QuorumWouldBreak', `without ${nameOf(node)} keyspace ${broken.keyspace} would have no quorum`)
  return undefined
}

function replacePod(node: NodeView, snapshot: Snapshot, message: string): Verdict {
  if (node.pod === undefined) return settled
  const { uid, resourceVersion } = node.pod
  const journal = operation(snapshot, 'Rollout', 'Restart', message)
  return act('Updating', message, [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }], journal)
}
