// cassandra.yaml. JSON values are YAML, so one key a line needs no YAML writer, and the file reads well.
import type { NodeSettings } from '../../api/agent.ts'
import { folders } from './layout.ts'
import { type Line, lineOf } from './versions.ts'

export type YamlInput = {
  readonly settings: NodeSettings
  /** Address of the pod. */
  readonly address: string
  readonly seeds: readonly string[]
  readonly autoBootstrap: boolean
  /** Only for the first start of a node of a new ring. */
  readonly initialTokens?: readonly string[]
}

/** The keys that Ringkeeper decides; spec.config may hold none of them (check-config). */
export function ownedSettings(input: YamlInput): Readonly<Record<string, unknown>> {
  const { settings, address, seeds } = input
  const line = lineOf(settings.version)
  if (line === undefined) throw new Error(`version ${settings.version} is not supported`)
  return {
    cluster_name: settings.clusterName,
    num_tokens: settings.numTokens,
    ...(input.initialTokens === undefined
      ? // Balances the joining node's tokens for three replicas instead of drawing them (CASSANDRA-15260).
        { allocate_tokens_for_local_replication_factor: 3 }
      : { initial_token: input.initialTokens.join(',') }),
    auto_bootstrap: input.autoBootstrap,
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'GossipingPropertyFileSnitch',
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: seeds.map((seed) => `${seed}:7000`).join(',') }],
      },
    ],
    listen_address: address,
    storage_port: 7000,
    ssl_storage_port: 7001,
    // On every address, so that port-forward works; peers and drivers learn the pod's own.
    rpc_address: '0.0.0.0',
    broadcast_rpc_address: address,
    start_native_transport: true,
    native_transport_port: 9042,
    data_file_directories: [folders.data],
    commitlog_directory: folders.commitlog,
    hints_directory: folders.hints,
    saved_caches_directory: folders.savedCaches,
    cdc_raw_directory: folders.cdc,
    // A node that lost its disk must not go on as if it served; the code's own default would (H19).
    disk_failure_policy: 'die',
    commit_failure_policy: 'die',
    ...authentication(settings.authEnabled),
    ...byLine(line),
  }
}

/** A name of the period by line; 4.1 and 5.0 know the old one too and refuse a file with both. */
const SYNC_PERIOD: Readonly<Record<Line, Readonly<Record<string, unknown>>>> = {
  '4.0': { commitlog_sync_period_in_ms: 10_000 },
  '4.1': { commitlog_sync_period: '10s' },
  '5.0': { commitlog_sync_period: '10s' },
}

/** Keys that a user may override. Cassandra wants a period for periodic, and does not start with one for batch or group. */
function defaults(line: Line, config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const periodic = (config.commitlog_sync ?? 'periodic') === 'periodic'
  const hasPeriod = 'commitlog_sync_period' in config || 'commitlog_sync_period_in_ms' in config
  return { commitlog_sync: 'periodic', ...(periodic && !hasPeriod ? SYNC_PERIOD[line] : {}) }
}

/** @returns the whole file; throws for a version that is not supported */
export function renderYaml(input: YamlInput): string {
  const { config, version } = input.settings
  const line = lineOf(version)
  const all = { ...(line === undefined ? {} : defaults(line, config)), ...config, ...ownedSettings(input) }
  return `${Object.entries(all)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n')}\n`
}

function authentication(enabled: boolean): Readonly<Record<string, unknown>> {
  if (!enabled) return { authenticator: 'AllowAllAuthenticator', authorizer: 'AllowAllAuthorizer' }
  return { authenticator: 'PasswordAuthenticator', authorizer: 'CassandraAuthorizer', role_manager: 'CassandraRoleManager' }
}

function byLine(line: Line): Readonly<Record<string, unknown>> {
  if (line === '4.0') return {}
  if (line === '4.1') return { uuid_sstable_identifiers_enabled: true }
  return { uuid_sstable_identifiers_enabled: true, storage_compatibility_mode: 'NONE' }
}
