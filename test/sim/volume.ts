// What outlives a pod: the files of the agent and of Cassandra on the data volume.
import type { JobStatus, Marker } from '../../api/agent.ts'

/** What gossip says of one address. */
export type Endpoint = {
  readonly address: string
  readonly hostID: string
  readonly tokens: readonly string[]
  readonly status: 'BOOT' | 'NORMAL'
  readonly isShutdown: boolean
  /** When its process began; a later one replaces an earlier one. */
  readonly generation: number
  readonly heartbeat: number
}

export type Replication = Readonly<Record<string, string>>
export type Schema = {
  readonly id: string
  /** When each keyspace was last altered; the later statement wins. */
  readonly keyspaces: ReadonlyMap<string, { readonly at: number; readonly replication: Replication }>
}

/** What Cassandra keeps in its system keyspace. */
export type CassandraData = {
  readonly hostID: string
  tokens: readonly string[]
  isBootstrapped: boolean
  peers: readonly Endpoint[]
  schema: Schema
}

export type Volume = {
  /** Uid of the claim. */
  readonly uid: string
  marker: Marker | undefined
  /** Highest epoch that the agent obeyed. */
  epoch: number
  jobs: readonly JobStatus[]
  data: CassandraData | undefined
  /** When its last process ended; undefined while one serves. */
  endedAt: number | undefined
}

export const bornSchema: Schema = schemaOf(
  Object.entries({ system_auth: 1, system_distributed: 3, system_traces: 2 }).map(([name, replicas]) => [
    name,
    { at: 0, replication: { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: String(replicas) } },
  ]),
)

export function schemaOf(keyspaces: Iterable<readonly [string, { readonly at: number; readonly replication: Replication }]>): Schema {
  const sorted = new Map([...keyspaces].sort(([a], [b]) => (a < b ? -1 : 1)))
  return { id: [...sorted].map(([name, { at }]) => `${name}@${at}`).join(' '), keyspaces: sorted }
}

/** As nodes that meet agree on their schema. */
export function mergeSchemas(a: Schema, b: Schema): Schema {
  if (a.id === b.id) return a
  const merged = new Map(a.keyspaces)
  for (const [name, other] of b.keyspaces) if (other.at > (merged.get(name)?.at ?? -1)) merged.set(name, other)
  return schemaOf(merged)
}

/** Cassandra's own keyspaces apart; what is in these is a user's data. */
export function userKeyspaces({ keyspaces }: Schema): readonly { readonly name: string; readonly at: number }[] {
  return [...keyspaces].flatMap(([name, { at }]) => (name.startsWith('system_') ? [] : [{ name, at }]))
}
