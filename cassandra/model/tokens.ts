// Tokens of a new ring. Each rack gets a grid of its own with even steps: with a replica in every rack each node then holds
// exactly its share, also where racks have different sizes.

export type RackSize = { readonly rack: string; readonly nodes: number }
export type NodeTokens = { readonly rack: string; readonly ordinal: number; readonly tokens: readonly string[] }

/** Murmur3Partitioner: from -2^63 to 2^63 - 1; the lowest is the minimum token and stays free. */
const LOWEST = -(2n ** 63n)
const RING = 2n ** 64n

/** @returns `numTokens` distinct tokens for each node, ascending, as decimal text (they have 64 bits) */
export function firstRingTokens(racks: readonly RackSize[], numTokens: number): readonly NodeTokens[] {
  const largest = Math.max(...racks.map((rack) => rack.nodes))
  const taken = new Set<bigint>()
  return racks.flatMap(({ rack, nodes }, rackIndex) => {
    const steps = BigInt(nodes * numTokens)
    // Racks interleave: neighbours on the ring stand in different racks.
    const shift = (RING * BigInt(rackIndex)) / BigInt(racks.length * largest * numTokens)
    const tokens: bigint[][] = Array.from({ length: nodes }, () => [])
    for (let index = 0; index < nodes * numTokens; index++) {
      let token = LOWEST + 1n + (RING * BigInt(index)) / steps + shift
      while (taken.has(token)) token++
      taken.add(token)
      // Every round begins with another node, so that a node has many neighbours to stream to and from.
      tokens[(index + Math.floor(index / nodes)) % nodes]?.push(token)
    }
    return tokens.map((own, ordinal) => ({ rack, ordinal, tokens: own.map(String) }))
  })
}

/** Share of the ring for which each owner is the first replica, 0 to 1. */
export function primaryShares(owners: Readonly<Record<string, string>>): ReadonlyMap<string, number> {
  const sorted = Object.entries(owners)
    .map(([token, owner]) => ({ token: BigInt(token), owner }))
    .sort((a, b) => (a.token < b.token ? -1 : 1))
  const shares = new Map<string, number>()
  for (const [index, { token, owner }] of sorted.entries()) {
    const before = sorted[(index + sorted.length - 1) % sorted.length]?.token ?? token
    const width = sorted.length === 1 ? RING : (token - before + RING) % RING
    shares.set(owner, (shares.get(owner) ?? 0) + Number(width) / Number(RING))
  }
  return shares
}
