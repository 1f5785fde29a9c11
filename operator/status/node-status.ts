import type { NodeStatus } from '../../api/kinds/cassandra-node.ts'
import type { Reason } from '../../api/reasons.ts'
import { primaryShares } from '../../cassandra/model/tokens.ts'
import { formatBytes } from '../../lib/units.ts'
import { addressIn, agentOf, hasJoined, nameOf, seen, servesItself, whyNotServing } from '../decide/ring.ts'
import { reasonOf } from '../decide/trouble.ts'
import type { NodeView, Snapshot } from '../decide/types.ts'
import { type ConditionInput, mergeConditions } from './conditions.ts'

/** Smaller changes of the load are not written: a settled cluster costs no writes. */
const LOAD_STEP = 0.05

export function nodeStatus(node: NodeView, snapshot: Snapshot): NodeStatus {
  const before = node.record.status ?? {}
  const agent = agentOf(node)
  const own = agent?.cassandra
  const hostID = before.hostID ?? agent?.marker?.hostID
  const generation = node.record.metadata.generation
  const load =
    own === undefined || !movedFar(before.loadBytes, own.loadBytes)
      ? {}
      : { load: formatBytes(own.loadBytes), loadBytes: String(own.loadBytes) }
  const owns = own === undefined ? undefined : primaryShares(own.tokenOwners).get(own.address)
  const { pod, claim } = node
  return {
    ...before,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: mergeConditions(before.conditions, conditions(node, snapshot), generation, snapshot.now),
    state: stateOf(node, snapshot),
    ...(hostID === undefined ? {} : { hostID }),
    ...(own === undefined ? {} : { version: own.releaseVersion, tokens: own.tokens.length }),
    ...(owns === undefined ? {} : { owns: `${(100 * owns).toFixed(1)}%` }),
    ...load,
    ...(pod === undefined ? {} : { podUID: pod.uid, revision: pod.revision }),
    ...(pod?.ip === undefined ? {} : { ip: pod.ip }),
    ...(pod?.kubeNode === undefined ? {} : { kubernetesNode: pod.kubeNode }),
    ...(claim === undefined
      ? {}
      : { volumes: [{ name: 'data', claim: claim.name, uid: claim.uid, ...(claim.size === undefined ? {} : { size: claim.size }) }] }),
  }
}

/** As nodetool status prints it; `?` for up or down while nobody can tell. */
function stateOf(node: NodeView, snapshot: Snapshot): string {
  const own = agentOf(node)?.cassandra
  if (own?.operationMode === 'JOINING') return 'UJ'
  if (servesItself(node)) return 'UN'
  if (!hasJoined(node)) return '-'
  const views = seen(snapshot).filter((view) => view.node !== node)
  if (views.length === 0 && agentOf(node) === undefined) return '?N'
  const live = views.some(({ cassandra }) => {
    const address = addressIn(cassandra, node.record.status?.hostID)
    return address !== undefined && cassandra.live.includes(address)
  })
  return live ? 'UN' : 'DN'
}

function conditions(node: NodeView, snapshot: Snapshot): readonly ConditionInput[] {
  const why = whyNotServing(node, snapshot)
  const joined = hasJoined(node)
  const ready: ConditionInput =
    why === undefined
      ? { type: 'Ready', status: 'True', reason: 'Up', message: `${nameOf(node)} serves` }
      : { type: 'Ready', status: 'False', ...explain(node, why) }
  return [
    ready,
    joined
      ? { type: 'Joined', status: 'True', reason: 'Up', message: 'it is a member of the ring' }
      : { type: 'Joined', status: 'False', reason: 'Joining', message: agentOf(node)?.start.message ?? 'its pod starts' },
  ]
}

function explain(node: NodeView, why: string): { readonly reason: Reason; readonly message: string } {
  const { pod, claim } = node
  if (pod?.trouble !== undefined) return pod.trouble
  if (claim?.trouble !== undefined) return { reason: 'StorageFailed', message: claim.trouble }
  if (pod === undefined) return { reason: 'Restarting', message: 'it has no pod' }
  if (pod.deleting) return { reason: 'Restarting', message: 'its pod is ending' }
  const start = agentOf(node)?.start
  if (start?.reason !== undefined) return { reason: reasonOf(start.reason), message: start.message }
  return {
    reason: hasJoined(node) ? 'NodeDown' : 'Starting',
    message: start === undefined || start.phase === 'Started' ? why : start.message,
  }
}

function movedFar(before: string | undefined, now: number): boolean {
  if (before === undefined) return true
  return Math.abs(now - Number(before)) > Math.max(Number(before) * LOAD_STEP, 1024 * 1024)
}
