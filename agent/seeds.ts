// Addresses of the seeds: a fresh question to the cluster's resolver each time. The seed Service also publishes pods that
// are not ready, or a ring that is down as a whole could never find itself again.
import { Resolver } from 'node:dns/promises'

/**
 * @param servers instead of those of the pod
 * @returns sorted addresses; empty when the name does not exist (yet). Throws when the resolver does not answer.
 */
export async function resolveSeeds(name: string, servers?: readonly string[]): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  try {
    return [...(await resolver.resolve4(name))].sort()
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOTFOUND' || code === 'ENODATA') return []
    throw error
  }
}
