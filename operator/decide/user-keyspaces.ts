import { seen } from './ring.ts'
import type { Snapshot } from './types.ts'

/** Those with replicas that Cassandra is born with; views list no local ones. */
const OWN: readonly string[] = ['system_auth', 'system_distributed', 'system_traces']

/** Keyspaces of users that any view lists. */
export function userKeyspaces(snapshot: Snapshot): readonly string[] {
  const names = seen(snapshot).flatMap(({ cassandra }) => Object.keys(cassandra.keyspaces))
  return [...new Set(names)].filter((name) => !OWN.includes(name)).sort()
}
