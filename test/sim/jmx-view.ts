// What the agent reads from a process over JMX, as Cassandra words it.
import type { CassandraView } from '../../api/agent.ts'
import type { Jvm } from './cassandra.ts'
import { isLive } from './gossip.ts'

export function jmxView(jvm: Jvm, ring: ReadonlyMap<string, Jvm>, now: number): CassandraView {
  const heard = [...jvm.view.values()]
  const live = heard.filter((one) => isLive(jvm, one, now)).map(({ state }) => state.address)
  const joining = heard.filter(({ state }) => state.status === 'BOOT').map(({ state }) => state.address)
  const schemaVersions: Record<string, string[]> = {}
  for (const { state } of heard) {
    const { address } = state
    const id = (live.includes(address) ? ring.get(address)?.schema.id : undefined) ?? 'UNREACHABLE'
    schemaVersions[id] = [...(schemaVersions[id] ?? []), address]
  }
  const keyspaces = Object.fromEntries([...jvm.schema.keyspaces].map(([name, { replication }]) => [name, replication]))
  return {
    hostID: jvm.hostID,
    clusterName: jvm.settings.clusterName,
    releaseVersion: jvm.settings.version,
    operationMode: jvm.mode,
    initialized: jvm.mode !== 'STARTING',
    joined: jvm.mode === 'NORMAL' || jvm.mode === 'DRAINED',
    ...(jvm.mode === 'JOINING_FAILED' && jvm.streams === 0 ? { bootstrapFailed: true } : {}),
    gossipRunning: jvm.gossips,
    nativeTransportRunning: jvm.isServing,
    startedAt: jvm.startedAt,
    datacenter: jvm.settings.datacenter,
    rack: jvm.settings.rack,
    loadBytes: 100_000,
    tokens: jvm.volume.data?.tokens ?? [],
    address: jvm.view.has(jvm.address) ? jvm.address : '',
    hostIDs: Object.fromEntries(heard.map(({ state }) => [state.address, state.hostID])),
    tokenOwners: Object.fromEntries(heard.flatMap(({ state }) => state.tokens.map((token) => [token, state.address]))),
    live,
    unreachable: heard.filter((one) => !isLive(jvm, one, now)).map(({ state }) => state.address),
    joining,
    leaving: [],
    moving: [],
    schemaVersions,
    releaseVersions: { [jvm.settings.version]: live },
    seeds: jvm.seeds,
    keyspaces,
    pendingRanges: joining.length === 0 ? {} : Object.fromEntries(Object.keys(keyspaces).map((name) => [name, joining.length])),
    streams: jvm.streams,
    repairs: jvm.repairs,
  }
}
