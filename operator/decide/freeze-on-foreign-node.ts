import { agentOf, foreignHostIDs, hostIDOf } from './ring.ts'
import type { Decision, NodeView } from './types.ts'
import { blocked, settled } from './verdicts.ts'

/** Gossip has reached another cluster, or somebody started a node by hand: nothing about the topology is safe now (H11). */
export const freezeOnForeignNode: Decision = (snapshot) => {
  const foreign = foreignHostIDs(snapshot)
  const [first] = foreign
  if (first === undefined) return settled
  // A node of ours that starts is seen by the others before it, or its agent, can say who it is.
  const nameless = snapshot.nodes.filter((node) => hostIDOf(node) === undefined && mayRun(node)).length
  if (new Set(foreign.map(({ hostID }) => hostID)).size <= nameless) return settled
  return blocked(
    'ForeignNode',
    `${first.seenBy} sees host id ${first.hostID} at ${first.address}, which no CassandraNode explains; the topology is frozen`,
  )
}

/** Its Cassandra was let start, or nobody can tell. */
function mayRun(node: NodeView): boolean {
  const agent = agentOf(node)
  return agent === undefined || (agent.marker?.state !== 'Empty' && agent.cassandra === undefined)
}
