// What Cassandra says of itself and of the ring, in two round trips. Whatever is missing makes the whole view unknown:
// half a view would be read as absence.
import type { CassandraView } from '../api/agent.ts'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient, JolokiaRequest } from '../cassandra/jolokia/client.ts'
import { type Fact, known, unknown } from '../lib/result.ts'

const storageAttributes = [
  'LocalHostId',
  'ClusterName',
  'ReleaseVersion',
  'OperationMode',
  'Initialized',
  'Joined',
  'GossipRunning',
  'NativeTransportRunning',
  'Tokens',
  'EndpointWithPortToHostId',
  'TokenToEndpointWithPortMap',
  'LiveNodesWithPort',
  'UnreachableNodesWithPort',
  'JoiningNodesWithPort',
  'LeavingNodesWithPort',
  'MovingNodesWithPort',
  'NonLocalStrategyKeyspaces',
]

const read = (mbean: string, attribute: string | readonly string[]): JolokiaRequest => ({ type: 'read', mbean, attribute })
const call = (mbean: string, operation: string, ...args: readonly unknown[]): JolokiaRequest => ({
  type: 'exec',
  mbean,
  operation,
  arguments: args,
})

type Storage = {
  readonly LocalHostId: string
  readonly ClusterName: string
  readonly ReleaseVersion: string
  readonly OperationMode: string
  readonly Initialized: boolean
  readonly Joined: boolean
  readonly GossipRunning: boolean
  readonly NativeTransportRunning: boolean
  readonly Tokens: readonly string[]
  readonly EndpointWithPortToHostId: Readonly<Record<string, string>>
  readonly TokenToEndpointWithPortMap: Readonly<Record<string, string>>
  readonly LiveNodesWithPort: readonly string[]
  readonly UnreachableNodesWithPort: readonly string[]
  readonly JoiningNodesWithPort: readonly string[]
  readonly LeavingNodesWithPort: readonly string[]
  readonly MovingNodesWithPort: readonly string[]
  readonly NonLocalStrategyKeyspaces: readonly string[]
}

/** The state of the own node only; for probes and the marker. */
export type Pulse = {
  readonly mode: string
  readonly joined: boolean
  readonly serving: boolean
  readonly hostID: string
}

export async function readPulse(jolokia: JolokiaClient): Promise<Pulse> {
  const attributes = ['OperationMode', 'Joined', 'GossipRunning', 'NativeTransportRunning', 'LocalHostId']
  const [fact] = await jolokia.bulk([read(beans.storageService, attributes)], 4_000)
  const storage = value(fact) as Storage
  return {
    mode: storage.OperationMode,
    joined: storage.Joined,
    serving: storage.GossipRunning && storage.NativeTransportRunning && storage.OperationMode === 'NORMAL',
    hostID: storage.LocalHostId,
  }
}

export async function readView(jolokia: JolokiaClient): Promise<Fact<CassandraView>> {
  try {
    const [storageFact, ...rest] = await jolokia.bulk([
      read(beans.storageService, storageAttributes),
      read(beans.storageProxy, 'SchemaVersionsWithPort'),
      read(beans.gossiper, ['ReleaseVersionsWithPort', 'Seeds']),
      read(beans.snitch, ['Datacenter', 'Rack']),
      read(beans.load, 'Count'),
      read(beans.streamManager, 'CurrentStreams'),
      call(beans.repairService, operations.repairSessions),
      read('java.lang:type=Runtime', 'StartTime'),
    ])
    const storage = value(storageFact) as Storage
    const [schema, gossip, snitch, load, streams, repairs, startTime] = rest.map(value)
    const keyspaces = storage.NonLocalStrategyKeyspaces
    const details = await jolokia.bulk(
      keyspaces.flatMap((keyspace) => [
        call(beans.storageService, operations.keyspaceReplication, keyspace),
        call(beans.storageService, operations.pendingRanges, keyspace),
      ]),
    )
    const replication = keyspaces.map((keyspace, index) => [keyspace, parseMap(String(value(details[2 * index])))] as const)
    const pending = keyspaces.map((keyspace, index) => [keyspace, Object.keys(value(details[2 * index + 1]) as object).length] as const)
    const { ReleaseVersionsWithPort, Seeds } = gossip as { ReleaseVersionsWithPort: Record<string, string[]>; Seeds: string[] }
    return known(
      {
        hostID: storage.LocalHostId,
        clusterName: storage.ClusterName,
        releaseVersion: storage.ReleaseVersion,
        operationMode: storage.OperationMode,
        initialized: storage.Initialized,
        joined: storage.Joined,
        gossipRunning: storage.GossipRunning,
        nativeTransportRunning: storage.NativeTransportRunning,
        startedAt: Number(startTime),
        datacenter: (snitch as { Datacenter: string }).Datacenter,
        rack: (snitch as { Rack: string }).Rack,
        loadBytes: Number(load),
        tokens: storage.Tokens,
        address: addressOf(storage),
        hostIDs: storage.EndpointWithPortToHostId,
        tokenOwners: storage.TokenToEndpointWithPortMap,
        live: storage.LiveNodesWithPort,
        unreachable: storage.UnreachableNodesWithPort,
        joining: storage.JoiningNodesWithPort,
        leaving: storage.LeavingNodesWithPort,
        moving: storage.MovingNodesWithPort,
        schemaVersions: schema as Record<string, string[]>,
        releaseVersions: ReleaseVersionsWithPort,
        seeds: Seeds,
        keyspaces: Object.fromEntries(replication),
        pendingRanges: Object.fromEntries(pending.filter(([, count]) => count > 0)),
        streams: (streams as unknown[]).length,
        repairs: Number(repairs),
      },
      Date.now(),
    )
  } catch (error) {
    return unknown('NoView', error instanceof Error ? error.message : String(error))
  }
}

/** The address under which the ring lists this host id; empty while it lists none. */
function addressOf(storage: Storage): string {
  return Object.entries(storage.EndpointWithPortToHostId).find(([, hostID]) => hostID === storage.LocalHostId)?.[0] ?? ''
}

function value(fact: Fact<unknown> | undefined): unknown {
  if (fact === undefined || !fact.known) throw new Error(fact?.message ?? 'no answer')
  return fact.value
}

/** `{class=org.apache.cassandra.locator.NetworkTopologyStrategy, dc1=3}`, or the same as JSON, as a map. */
export function parseMap(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .replace(/^.*?\{|\}.*$/g, '')
    .split(',')
    .map((pair) => pair.split(/[=:]/).map((part) => part.trim().replace(/^["']|["']$/g, '')))
  return Object.fromEntries(pairs.filter(([key]) => key !== undefined && key !== '').map(([key, text]) => [key, text ?? '']))
}
