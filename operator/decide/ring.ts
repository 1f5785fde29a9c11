// What the agents' views say together. Every predicate is false when a view that it needs is missing: unknown is never
// read as absent (safety.md section 0).
import type { AgentView, CassandraView, JobStatus } from '../../api/agent.ts'
import type { NodeView, Snapshot } from './types.ts'

/** Views of Cassandra from agents that answered, with their nodes. */
export type SeenNode = { readonly node: NodeView; readonly agent: AgentView; readonly cassandra: CassandraView }

export function nameOf(node: NodeView): string {
  return node.record.metadata.name
}

export function agentOf(node: NodeView): AgentView | undefined {
  return node.own.known ? node.own.value : undefined
}

/** Host id from the record, or as its own marker tells it. */
export function hostIDOf(node: NodeView): string | undefined {
  return node.record.status?.hostID ?? agentOf(node)?.marker?.hostID
}

/** It has been a full member of the ring at some time. */
export function hasJoined(node: NodeView): boolean {
  return hostIDOf(node) !== undefined
}

/**
 * Its host id stands in its record, where it outlives pod and agent: before that nothing may be done after which only the
 * record could tell a member from a node that never was one.
 */
export function isRecorded(node: NodeView): boolean {
  return node.record.status?.hostID !== undefined
}

export function seen(snapshot: Snapshot): readonly SeenNode[] {
  return snapshot.nodes.flatMap((node) => {
    const agent = agentOf(node)
    return agent?.cassandra === undefined ? [] : [{ node, agent, cassandra: agent.cassandra }]
  })
}

/** Up and serving by its own word. */
export function servesItself(node: NodeView): boolean {
  const own = agentOf(node)?.cassandra
  return own !== undefined && own.operationMode === 'NORMAL' && own.joined && own.gossipRunning && own.nativeTransportRunning
}

/** Nothing was let start in its pod: it waits for a grant, or nothing runs yet. False when nobody can tell. */
export function isHeld(node: NodeView): boolean {
  if (node.pod?.ip === undefined) return true
  const agent = agentOf(node)
  if (agent?.marker === undefined || agent.marker.state === 'Joined') return false
  return agent.start.phase !== 'Started' && agent.marker.grant?.podUID !== node.pod.uid
}

/** What it says of itself while it serves; else why it does not, in words. */
function ownIfServing(node: NodeView): CassandraView | string {
  const name = nameOf(node)
  if (!node.own.known) return `${name}: its agent does not answer (${node.own.message})`
  const own = node.own.value.cassandra
  if (own === undefined) return `${name}: Cassandra is not up (${node.own.value.start.message})`
  return servesItself(node) ? own : `${name} is ${own.operationMode}${own.nativeTransportRunning ? '' : ', CQL is off'}`
}

/** The address under which a view lists a host id; undefined when it lists none. */
export function addressIn(view: CassandraView, hostID: string | undefined): string | undefined {
  return Object.entries(view.hostIDs).find(([, id]) => id === hostID)?.[0]
}

/** Serving by its own word, and a live member in the view of every other node that has joined. */
export function isNormal(node: NodeView, snapshot: Snapshot): boolean {
  return whyNotNormal(node, snapshot) === undefined
}

/**
 * Serving by its own word, and by no view that there is a node that is down. For people: a silent neighbour makes nobody
 * else unready. A step asks `isNormal`.
 */
export function whyNotServing(node: NodeView, snapshot: Snapshot): string | undefined {
  const name = nameOf(node)
  const own = ownIfServing(node)
  if (typeof own === 'string') return own
  const witness = seen(snapshot).find(({ node: other, cassandra }) => {
    const address = addressIn(cassandra, own.hostID)
    // One that only joins has not met everybody yet.
    return other !== node && hasJoined(other) && address !== undefined && cassandra.unreachable.includes(address)
  })
  return witness === undefined ? undefined : `${nameOf(witness.node)} sees ${name} down`
}

/**
 * In words, for messages; undefined when the node is normal everywhere.
 * @param without a node whose view is not asked for, because it is the one that will be stopped
 */
export function whyNotNormal(node: NodeView, snapshot: Snapshot, without?: NodeView): string | undefined {
  const name = nameOf(node)
  if (node.pod?.deleting) return `${name}: its pod is ending`
  const own = ownIfServing(node)
  if (typeof own === 'string') return own
  const recorded = node.record.status?.hostID
  if (recorded !== undefined && own.hostID !== recorded) return `${name} runs as host id ${own.hostID}, its record says ${recorded}`
  for (const other of snapshot.nodes) {
    if (other === node || other === without || !hasJoined(other)) continue
    const view = agentOf(other)?.cassandra
    if (view === undefined) return `the view of ${nameOf(other)} is missing`
    const address = addressIn(view, own.hostID)
    if (address === undefined) return `${nameOf(other)} does not know ${name}`
    if (!view.live.includes(address)) return `${nameOf(other)} sees ${name} down`
    if (view.joining.includes(address)) return `${nameOf(other)} sees ${name} joining`
  }
  return undefined
}

/** Why not every recorded node is a live member in every view; undefined when all are. */
export function whyNotAllUp(snapshot: Snapshot, nodes: readonly NodeView[] = snapshot.nodes): string | undefined {
  // Those that do not serve come first: of the others only the views of those are missing.
  for (const node of [...nodes].sort((a, b) => Number(servesItself(a)) - Number(servesItself(b)))) {
    const reason = whyNotNormal(node, snapshot)
    if (reason !== undefined) return reason
  }
  for (const { node, cassandra } of seen(snapshot)) {
    if (cassandra.unreachable.length > 0 && hasJoined(node)) return `${nameOf(node)} sees ${cassandra.unreachable.join(', ')} unreachable`
  }
  return undefined
}

/** A recorded member that a view has lost, perhaps because another node took its address (H10); undefined when none is. */
export function whyMemberMissing(snapshot: Snapshot): string | undefined {
  for (const { node, cassandra } of seen(snapshot)) {
    if (!hasJoined(node)) continue
    const listed = new Set(Object.values(cassandra.hostIDs))
    const lost = snapshot.nodes.find((other) => hasJoined(other) && !listed.has(hostIDOf(other) ?? ''))
    if (lost !== undefined) return `${nameOf(node)} does not list ${nameOf(lost)} (host id ${hostIDOf(lost)}) any more`
  }
  return undefined
}

/** Why the topology is not at rest; undefined when no view shows a change. */
export function whyNotQuiet(snapshot: Snapshot): string | undefined {
  for (const { node, cassandra } of seen(snapshot)) {
    for (const [what, addresses] of [
      ['joining', cassandra.joining],
      ['leaving', cassandra.leaving],
      ['moving', cassandra.moving],
    ] as const) {
      if (addresses.length > 0) return `${nameOf(node)} sees ${addresses.join(', ')} ${what}`
    }
    const pending = Object.keys(cassandra.pendingRanges)
    if (pending.length > 0) return `${nameOf(node)} has pending ranges of ${pending.join(', ')}`
  }
  return undefined
}

/**
 * Why the schema does not agree; undefined when every view shows one version and nobody unreachable.
 * @param among the live: who cannot be reached is looked for elsewhere
 */
export function whyNotOneSchema(snapshot: Snapshot, among: 'all' | 'the live' = 'all'): string | undefined {
  const versions = new Set<string>()
  for (const { node, cassandra } of seen(snapshot)) {
    for (const version of Object.keys(cassandra.schemaVersions)) {
      if (version !== 'UNREACHABLE') versions.add(version)
      else if (among === 'all') return `${nameOf(node)} cannot ask ${cassandra.schemaVersions[version]?.join(', ')} for its schema`
    }
  }
  return versions.size > 1 ? `${versions.size} schema versions: ${[...versions].join(', ')}` : undefined
}

/** Why not every node runs this version; streams between versions fail (H23). */
export function whyNotVersion(snapshot: Snapshot, version: string): string | undefined {
  const other = seen(snapshot).find(({ cassandra }) => cassandra.releaseVersion !== version)
  return other === undefined ? undefined : `${nameOf(other.node)} runs ${other.cassandra.releaseVersion}, not ${version}`
}

export function whyNotIdle(snapshot: Snapshot): string | undefined {
  for (const { node, cassandra } of seen(snapshot)) {
    if (cassandra.streams > 0) return `${nameOf(node)} streams`
    if (cassandra.repairs > 0) return `${nameOf(node)} repairs`
  }
  return undefined
}

/** Host ids that a view lists and no record explains, with the node that lists them. */
export function foreignHostIDs(
  snapshot: Snapshot,
): readonly { readonly hostID: string; readonly address: string; readonly seenBy: string }[] {
  const ours = new Set(snapshot.nodes.flatMap((node) => [hostIDOf(node), agentOf(node)?.cassandra?.hostID]))
  return seen(snapshot).flatMap(({ node, cassandra }) =>
    Object.entries(cassandra.hostIDs)
      .filter(([, hostID]) => !ours.has(hostID))
      .map(([address, hostID]) => ({ hostID, address, seenBy: nameOf(node) })),
  )
}

/** The newest attempt of a job on a node. Attempts are numbered, so a failed one can be made again and a lost answer cannot. */
export function lastAttempt(node: NodeView, base: string): { readonly number: number; readonly status: JobStatus } | undefined {
  const attempts = (agentOf(node)?.jobs ?? [])
    .filter((job) => job.id.startsWith(`${base}.`))
    .map((status) => ({ number: Number(status.id.slice(base.length + 1)), status }))
  return attempts.sort((a, b) => b.number - a.number)[0]
}
