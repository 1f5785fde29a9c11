// How a keyspace is replicated, from the options that getKeyspaceReplicationInfo prints. Its text holds no class on 5.0, so
// the options themselves must tell: SimpleStrategy has a replication_factor, NetworkTopologyStrategy names datacenters only
// (it spreads a replication_factor over them when the keyspace is made or altered).

export type Replication =
  | { readonly strategy: 'Simple'; readonly replicas: number }
  | { readonly strategy: 'NetworkTopology'; readonly byDatacenter: Readonly<Record<string, number>> }
  /** Transient replicas ("3/1"), or a strategy of somebody else: nothing may be concluded from it. */
  | { readonly strategy: 'Unknown' }

export function replicationOf(options: Readonly<Record<string, string>>): Replication {
  const { class: strategy, replication_factor: factor, ...rest } = options
  const counts = Object.entries(rest).map(([datacenter, text]) => [datacenter, countOf(text)] as const)
  const known = strategy === undefined || /(^|\.)(SimpleStrategy|NetworkTopologyStrategy)$/.test(strategy)
  if (!known || counts.some(([, count]) => count === undefined)) return { strategy: 'Unknown' }
  if (factor !== undefined) {
    const replicas = countOf(factor)
    return replicas === undefined || counts.length > 0 ? { strategy: 'Unknown' } : { strategy: 'Simple', replicas }
  }
  if (counts.length === 0) return { strategy: 'Unknown' }
  return { strategy: 'NetworkTopology', byDatacenter: Object.fromEntries(counts) as Record<string, number> }
}

function countOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined
}
