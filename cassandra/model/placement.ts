import type { RackSize } from './tokens.ts'

/** Balanced racks: sizes differ by at most one, the first ones take the remainder. */
export function rackSizes(racks: readonly string[], nodes: number): readonly RackSize[] {
  return racks.map((rack, index) => ({
    rack,
    nodes: Math.floor(nodes / racks.length) + (index < nodes % racks.length ? 1 : 0),
  }))
}

/** The rack with the fewest nodes, the first of them on a tie. */
export function rackOfNextNode(sizes: readonly RackSize[]): string | undefined {
  return [...sizes].sort((a, b) => a.nodes - b.nodes)[0]?.rack
}
