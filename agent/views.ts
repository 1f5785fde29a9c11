// What Cassandra says of itself and of the ring, in two round trips. Whatever is missing makes the whole view unknown:
// half a view would be read as absence.
import type { CassandraView } from '../api/agent.ts'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient, JolokiaRequest } from '../cassandra/jolokia/client.ts'
import { type Fact, known, unknown } from '../lib/result.ts'
import { flag, list, mapOf, number, object, parseMap, text, texts, value } from './answers.ts'
import { streamsRequest } from './pulse.ts'

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

/** Of both together: less than the operator waits, so that it hears the agent also when Cassandra is silent. */
const LONGEST_MS = 7_000
/** The node sends no messages any more: asked for the schema of the others, Cassandra would wait ten seconds for nobody. */
const SILENT_MODES: readonly string[] = ['DRAINING', 'DRAINED', 'DECOMMISSIONED']

const read = (mbean: string, attribute: string | readonly string[]): JolokiaRequest => ({ type: 'read', mbean, attribute })
const call = (mbean: string, operation: string, ...args: readonly unknown[]): JolokiaRequest => ({
  type: 'exec',
  mbean,
  operation,
  arguments: args,
})

export async function readView(jolokia: JolokiaClient): Promise<Fact<CassandraView>> {
  const endsAt = performance.now() + LONGEST_MS
  try {
    const facts = await jolokia.bulk(
      [
        read(beans.storageService, storageAttributes),
        read(beans.gossiper, ['ReleaseVersionsWithPort', 'Seeds']),
        read(beans.snitch, ['Datacenter', 'Rack']),
        read(beans.load, 'Count'),
        streamsRequest,
        call(beans.repairService, operations.repairSessions),
        read('java.lang:type=Runtime', 'StartTime'),
      ],
      LONGEST_MS,
    )
    const [storage, gossip, snitch, load, streams, repairs, startTime] = facts.map(value)
    return known(
      {
        ...ownState(storage, snitch, load, startTime),
        ...ringState(storage, gossip),
        ...workOf(streams, repairs),
        ...(await schemaState(jolokia, storage, endsAt - performance.now())),
      },
      Date.now(),
    )
  } catch (error) {
    return unknown('NoView', error instanceof Error ? error.message : String(error))
  }
}

function ownState(storageAnswer: unknown, snitchAnswer: unknown, load: unknown, startTime: unknown) {
  const storage = object(storageAnswer)
  const snitch = object(snitchAnswer)
  const hostID = text(storage.LocalHostId)
  const hostIDs = mapOf(storage.EndpointWithPortToHostId, text)
  return {
    hostID,
    clusterName: text(storage.ClusterName),
    releaseVersion: text(storage.ReleaseVersion),
    operationMode: text(storage.OperationMode),
    initialized: flag(storage.Initialized),
    joined: flag(storage.Joined),
    gossipRunning: flag(storage.GossipRunning),
    nativeTransportRunning: flag(storage.NativeTransportRunning),
    startedAt: number(startTime),
    datacenter: text(snitch.Datacenter),
    rack: text(snitch.Rack),
    loadBytes: number(load),
    tokens: texts(storage.Tokens),
    // The address under which the ring lists this host id; empty while it lists none.
    address: Object.entries(hostIDs).find(([, other]) => other === hostID)?.[0] ?? '',
  }
}

function ringState(storageAnswer: unknown, gossipAnswer: unknown) {
  const storage = object(storageAnswer)
  const gossip = object(gossipAnswer)
  return {
    hostIDs: mapOf(storage.EndpointWithPortToHostId, text),
    tokenOwners: mapOf(storage.TokenToEndpointWithPortMap, text),
    live: texts(storage.LiveNodesWithPort),
    unreachable: texts(storage.UnreachableNodesWithPort),
    joining: texts(storage.JoiningNodesWithPort),
    leaving: texts(storage.LeavingNodesWithPort),
    moving: texts(storage.MovingNodesWithPort),
    releaseVersions: mapOf(gossip.ReleaseVersionsWithPort, texts),
    // "/10.0.0.2:7000", or with a host name before it.
    seeds: texts(gossip.Seeds).map((seed) => seed.slice(seed.indexOf('/') + 1)),
  }
}

function workOf(streamsAnswer: unknown, repairs: unknown) {
  const streams = list(streamsAnswer).map(object)
  const sum = (...names: readonly string[]): number =>
    streams.flatMap((stream) => names.map((name) => number(stream[name]))).reduce((total, bytes) => total + bytes, 0)
  return {
    streams: streams.length,
    ...(streams.length === 0
      ? {}
      : { streamedBytes: { done: sum('currentRxBytes', 'currentTxBytes'), total: sum('totalRxBytes', 'totalTxBytes') } }),
    repairs: number(repairs),
  }
}

async function schemaState(jolokia: JolokiaClient, storageAnswer: unknown, timeoutMs: number) {
  const storage = object(storageAnswer)
  const isSilent = SILENT_MODES.includes(text(storage.OperationMode))
  const names = texts(storage.NonLocalStrategyKeyspaces)
  const ask = (operation: string) => names.map((keyspace) => call(beans.storageService, operation, keyspace))
  const facts = await jolokia.bulk(
    [
      ...ask(operations.keyspaceReplication),
      ...ask(operations.pendingRanges),
      ...(isSilent ? [] : [read(beans.storageProxy, 'SchemaVersionsWithPort')]),
    ],
    timeoutMs,
  )
  const answers = names.map((keyspace, index) => ({
    keyspace,
    replication: parseMap(text(value(facts[index]))),
    pending: Object.keys(object(value(facts[names.length + index]))).length,
  }))
  return {
    schemaVersions: isSilent ? { UNREACHABLE: texts(storage.LiveNodesWithPort) } : mapOf(value(facts.at(-1)), texts),
    keyspaces: Object.fromEntries(answers.map(({ keyspace, replication }) => [keyspace, replication])),
    pendingRanges: Object.fromEntries(answers.filter(({ pending }) => pending > 0).map(({ keyspace, pending }) => [keyspace, pending])),
  }
}
