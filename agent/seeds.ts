// Addresses of the seeds: a fresh question to the cluster's resolver each time. The seed Service also publishes pods that
// are not ready, or a ring that is down as a whole could never find itself again.
import { Resolver } from 'node:dns/promises'

/** @returns sorted addresses; empty when the name does not exist (yet). Throws when the resolver does not answer. */
export async function resolveSeeds(name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  try {
    return [...(await resolver.resolve4(name))].sort()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw error
  }
}
