// Pods of another template are replaced one at a time, and only while everything else is up (H21, H22).
import { quorumLostWithout } from '../../cassandra/model/availability.ts'
import { ringOf } from './availability.ts'
import { hasJoined, isNormal, nameOf, whyNotAllUp, whyNotQuiet } from './ring.ts'
import type { Decision, NodeView, Snapshot, Verdict } from './types.ts'
import { act, blocked, operation, settled, wait } from './verdicts.ts'

export const rollOut: Decision = (snapshot) => {
  const outdated = snapshot.nodes.filter(
    (node) => node.pod !== undefined && node.wantedRevision !== undefined && node.pod.revision !== node.wantedRevision,
  )
  if (outdated.length === 0) {
    if (snapshot.status.operation?.type !== 'Rollout') return settled
    const notUp = whyNotAllUp(snapshot)
    return notUp === undefined ? act('Updating', 'every node runs the newest template', [{ kind: 'release' }]) : wait('Updating', notUp)
  }
  if (snapshot.status.operation?.type === 'AddNode') return settled // the join ends first
  const ending = outdated.find((node) => node.pod?.deleting)
  if (ending !== undefined) return wait('Updating', `${nameOf(ending)} is being restarted`)
  const next = outdated.find(hasJoined) ?? outdated[0]
  if (next === undefined) return settled
  if (snapshot.podProblem !== undefined) return blocked(snapshot.podProblem.reason, `${snapshot.podProblem.message}; no pod was touched`)
  const why = whyNotNow(next, snapshot)
  return why ?? replacePod(next, snapshot, `restarting ${nameOf(next)} with the newest template, ${outdated.length} to go`)
}

function whyNotNow(node: NodeView, snapshot: Snapshot): Verdict | undefined {
  const down = snapshot.nodes.find((other) => other !== node && !isNormal(other, snapshot))
  if (down !== undefined)
    return wait(
      down.pod?.revision === down.wantedRevision ? 'RolloutHalted' : 'MembersDown',
      `the roll waits at ${nameOf(node)}: ${whyNotAllUp(snapshot) ?? nameOf(down)}`,
    )
  const unrest = whyNotQuiet(snapshot)
  if (unrest !== undefined) return wait('TopologyBusy', `the roll waits at ${nameOf(node)}: ${unrest}`)
  const ring = ringOf(snapshot)
  if (!ring.known) return wait('ViewsIncomplete', `the roll waits at ${nameOf(node)}: ${ring.message}`)
  const lost = quorumLostWithout(ring.value, new Set([nameOf(node)]))
  // Keyspaces that no order of restarts can protect do not stop a roll that the user asked for.
  const protectable = lost.filter((loss) => loss.replicas > 2)
  if (protectable[0] !== undefined)
    return wait('QuorumWouldBreak', `without ${nameOf(node)} keyspace ${protectable[0].keyspace} would have no quorum`)
  return undefined
}

function replacePod(node: NodeView, snapshot: Snapshot, message: string): Verdict {
  if (node.pod === undefined) return settled
  const { uid, resourceVersion } = node.pod
  const journal = operation(snapshot, 'Rollout', 'Restart', message)
  return act('Updating', message, [{ kind: 'delete-pod', node: nameOf(node), uid, resourceVersion }], journal)
}
