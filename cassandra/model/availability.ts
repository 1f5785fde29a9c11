// Which keyspaces lose a quorum when nodes are away. Replicas are placed as NetworkTopologyStrategy and SimpleStrategy do.

export type Ring = {
  /** Ascending by token. */
  readonly owners: readonly { readonly token: bigint; readonly node: string; readonly rack: string }[]
  readonly keyspaces: readonly { readonly name: string; readonly replicas: number; readonly byRack: boolean }[]
}

export type Loss = { readonly keyspace: string; readonly replicas: number }

/** @returns the keyspaces of which some range would have no quorum without the nodes in `away` */
export function quorumLostWithout(ring: Ring, away: ReadonlySet<string>): readonly Loss[] {
  return ring.keyspaces.flatMap(({ name, replicas, byRack }) => {
    if (replicas === 0) return [] // it has no replica here
    const quorum = Math.floor(replicas / 2) + 1
    const broken = ring.owners.some(
      (_, index) => replicasOf(ring, index, replicas, byRack).filter((node) => !away.has(node)).length < quorum,
    )
    return broken ? [{ keyspace: name, replicas }] : []
  })
}

/**
 * Nodes that hold the range which ends at the token with this index. By rack: clockwise, a new rack before a second node of
 * one that has a replica, the skipped ones after every rack was met (NetworkTopologyStrategy.calculateNaturalReplicas).
 */
export function replicasOf({ owners }: Ring, index: number, replicas: number, byRack: boolean): readonly string[] {
  const racks = new Set(owners.map((owner) => owner.rack)).size
  const chosen: string[] = []
  const skipped: string[] = []
  const seenRacks = new Set<string>()
  for (let step = 0; step < owners.length && chosen.length < replicas; step++) {
    const owner = owners[(index + step) % owners.length]
    if (owner === undefined || chosen.includes(owner.node) || skipped.includes(owner.node)) continue
    if (byRack && seenRacks.has(owner.rack) && seenRacks.size < racks) {
      skipped.push(owner.node)
      continue
    }
    chosen.push(owner.node)
    seenRacks.add(owner.rack)
    if (byRack && seenRacks.size === racks) while (chosen.length < replicas && skipped.length > 0) chosen.push(skipped.shift() as string)
  }
  return chosen
}
