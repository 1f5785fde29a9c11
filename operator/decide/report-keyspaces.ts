import { ringOf } from './availability.ts'
import { hasJoined } from './ring.ts'
import type { Decision } from './types.ts'
import { settled } from './verdicts.ts'

/** Cassandra only warns once, when the keyspace is made; until there are nodes enough its QUORUM is harder to reach than it looks. */
export const reportKeyspaces: Decision = (snapshot) => {
  const ring = ringOf(snapshot)
  const nodes = snapshot.nodes.filter(hasJoined).length
  const wide = ring.known ? ring.value.keyspaces.find(({ replicas }) => replicas > nodes) : undefined
  if (wide === undefined) return settled
  const message = `keyspace ${wide.name} wants ${wide.replicas} replicas, and there ${nodes === 1 ? 'is 1 node' : `are ${nodes} nodes`}`
  return { kind: 'noted', reason: 'KeyspaceUnderReplicated', message }
}
