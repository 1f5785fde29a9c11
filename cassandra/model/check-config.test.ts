import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkConfig, ownedKeys } from './check-config.ts'
import { settings as settings40 } from './settings/4.0.ts'
import { settings as settings41 } from './settings/4.1.ts'
import { settings as settings50 } from './settings/5.0.ts'

const tables = [settings40, settings41, settings50]
const versions = tables.map((table) => table.version)

/** [version, config, the whole message or what it must match]; undefined: no problem. */
const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, string | undefined])[] = [
  // What each line takes; every row was given to the loader of that release as well.
  ['5.0.9', {}, undefined],
  ['5.0.9', { compaction_throughput: '64MiB/s', concurrent_reads: 64, phi_convict_threshold: 8.5, cdc_enabled: true }, undefined],
  ['4.0.17', { compaction_throughput_mb_per_sec: 64, read_request_timeout_in_ms: 5000 }, undefined],
  ['4.1.10', { compaction_throughput_mb_per_sec: 64 }, undefined],
  ['5.0.9', { key_cache_save_period: 14400 }, undefined],
  ['5.0.9', { key_cache_save_period: '4h' }, undefined],
  ['5.0.9', { read_request_timeout: '500ms', commitlog_segment_size: '32MiB', stream_throughput_outbound: '1B/s' }, undefined],
  ['4.0.17', { hints_compression: [{ class_name: 'LZ4Compressor' }] }, undefined],
  ['5.0.9', { hints_compression: 'LZ4Compressor' }, undefined],
  ['5.0.9', { memtable: { configurations: { default: { class_name: 'TrieMemtable' } } } }, undefined],
  ['4.1.10', { ideal_consistency_level: 'LOCAL_QUORUM' }, undefined],
  // Another line has it.
  [
    '4.0.17',
    { compaction_throughput: '64MiB/s' },
    'spec.config.compaction_throughput is "64MiB/s": Cassandra 4.0 calls it compaction_throughput_mb_per_sec; write that, which must be a whole number of 32 bits, without quotes',
  ],
  ['4.1.10', { sai_options: {} }, 'spec.config.sai_options is a map: it exists only from Cassandra 5.0; remove it, or raise spec.version'],
  [
    '4.1.10',
    { otc_coalescing_enough_coalesced_messages: 8, thrift_framed_transport_size_in_mb: 15 },
    'spec.config.thrift_framed_transport_size_in_mb is 15: Cassandra 4.1 has no such setting; remove it',
  ],
  ['5.0.9', { concurrent_replicates: 8 }, 'spec.config.concurrent_replicates is 8: it was removed in Cassandra 5.0; remove it'],
  // Nobody has it.
  [
    '5.0.9',
    { concurent_reads: 32 },
    'spec.config.concurent_reads is 32: Cassandra 5.0 has no such setting; did you mean concurrent_reads?',
  ],
  ['5.0.9', { constructor: 1 }, 'spec.config.constructor is 1: Cassandra 5.0 has no such setting; remove it'],
  [
    '5.0.9',
    { 'audit_logging_options.enabled': true },
    'spec.config.audit_logging_options.enabled is true: a key has no dots here; write spec.config.audit_logging_options as a map',
  ],
  // Owned; the dotted form would pass Cassandra's loader.
  ['5.0.9', { num_tokens: 256 }, 'spec.config.num_tokens is 256: Ringkeeper decides it; remove it and set spec.numTokens'],
  ['4.0.17', { seed_provider: [] }, 'spec.config.seed_provider is a list: Ringkeeper decides it; remove it'],
  ['5.0.9', { disk_failure_policy: 'stop' }, 'spec.config.disk_failure_policy is "stop": Ringkeeper decides it; remove it'],
  // Types.
  [
    '5.0.9',
    { concurrent_reads: '32' },
    'spec.config.concurrent_reads is "32": in Cassandra 5.0 it must be a whole number of 32 bits, without quotes',
  ],
  [
    '5.0.9',
    { concurrent_reads: 2 ** 31 },
    'spec.config.concurrent_reads is 2147483648: in Cassandra 5.0 it must be a whole number of 32 bits, without quotes',
  ],
  ['5.0.9', { cdc_enabled: 'true' }, 'spec.config.cdc_enabled is "true": in Cassandra 5.0 it must be true or false, without quotes'],
  [
    '5.0.9',
    { commitlog_sync: 'Periodic' },
    'spec.config.commitlog_sync is "Periodic": in Cassandra 5.0 it must be one of periodic, batch, group',
  ],
  [
    '5.0.9',
    { read_request_timeout: 5000 },
    'spec.config.read_request_timeout is 5000: in Cassandra 5.0 it must be a duration with a unit (ms, s, m, h, d), such as "10s"',
  ],
  [
    '4.1.10',
    { read_request_timeout: '5000us' },
    'spec.config.read_request_timeout is "5000us": in Cassandra 4.1 it must be a duration with a unit (ms, s, m, h, d), such as "10s"',
  ],
  [
    '5.0.9',
    { commitlog_segment_size: '32 MiB' },
    'spec.config.commitlog_segment_size is "32 MiB": in Cassandra 5.0 it must be a size with a unit (MiB, GiB), such as "64MiB"',
  ],
  [
    '5.0.9',
    { compaction_throughput: '64MB/s' },
    'spec.config.compaction_throughput is "64MB/s": in Cassandra 5.0 it must be a rate with a unit (B/s, KiB/s, MiB/s), such as "64MiB/s"',
  ],
  ['5.0.9', { audit_logging_options: [] }, 'spec.config.audit_logging_options is a list: in Cassandra 5.0 it must be a map'],
  [
    '5.0.9',
    { credentials_validity_in_ms: -1 },
    'spec.config.credentials_validity_in_ms is -1: in Cassandra 5.0 it must be a whole number of 32 bits from 0, without quotes',
  ],
  ['4.0.17', { credentials_validity_in_ms: -1 }, undefined],
  ['5.0.9', { permissions_update_interval_in_ms: -1 }, undefined],
  [
    '4.1.10',
    { hints_compression: 'LZ4Compressor' },
    'spec.config.hints_compression is "LZ4Compressor": in Cassandra 4.1 it must be a map with class_name and parameters only',
  ],
  [
    '5.0.9',
    { hints_compression: [{ class_name: 'A' }, { class_name: 'B' }] },
    'spec.config.hints_compression is a list: in Cassandra 5.0 it must be a map with class_name and parameters only, or text in quotes',
  ],
  ['5.0.9', { read_consistency_levels_warned: ['ALL'] }, undefined],
  [
    '5.0.9',
    { read_consistency_levels_warned: ['all'] },
    'spec.config.read_consistency_levels_warned is a list: in Cassandra 5.0 it must be a list of ANY, ONE, TWO, THREE, QUORUM, ALL, LOCAL_QUORUM, EACH_QUORUM, SERIAL, LOCAL_SERIAL, LOCAL_ONE, NODE_LOCAL',
  ],
  ['5.0.9', { key_cache_size: null }, 'spec.config.key_cache_size is null: it has no value; remove it, and Cassandra uses its default'],
  // Old and new name at once: the loader refuses the file.
  [
    '5.0.9',
    { compaction_throughput: '64MiB/s', compaction_throughput_mb_per_sec: 64 },
    'spec.config.compaction_throughput_mb_per_sec is 64: it is the old name of compaction_throughput, and Cassandra 5.0 does not start with both; remove spec.config.compaction_throughput_mb_per_sec',
  ],
  ['3.11.19', {}, 'spec.version is 3.11.19: Ringkeeper knows the settings of 4.0, 4.1, 5.0; choose a release of one of them'],
]

for (const [version, config, message] of cases) {
  test(`${version} ${JSON.stringify(config)}`, () => assert.equal(checkConfig(version, config), message))
}

test('an owned key is refused in every line, under its old names too', () => {
  for (const table of tables) {
    const oldNames = Object.keys(table.renamed).filter((name) => ownedKeys.includes(table.renamed[name] ?? ''))
    for (const key of [...ownedKeys, ...oldNames]) {
      assert.match(checkConfig(table.version, { [key]: 'x' }) ?? '', /Ringkeeper decides it/, `${table.version} ${key}`)
    }
  }
})

test('every owned key exists in some line: a misspelt one would protect nothing', () => {
  for (const key of ownedKeys)
    assert.ok(
      tables.some((table) => key in table.types),
      key,
    )
})

test('neither a password nor what stands inside a map reaches the message', () => {
  for (const config of [
    { keystore_password: 'hunter2' },
    { client_encryption_options: { keystore_password: 'hunter2' } },
    { concurrent_reads: ['hunter2'] },
  ]) {
    const message = checkConfig('5.0.9', config)
    assert.ok(message !== undefined && !message.includes('hunter2'), message)
  }
})

test('whatever the user writes, the answer is a message about one of the keys, or nothing', () => {
  const names = tables.flatMap((table) => Object.keys(table.types))
  const key = fc.oneof(fc.string(), fc.constantFrom(...names))
  fc.assert(
    fc.property(fc.constantFrom(...versions), fc.dictionary(key, fc.jsonValue()), (version, config) => {
      const message = checkConfig(version, config)
      assert.ok(message === undefined || Object.keys(config).some((name) => message.startsWith(`spec.config.${name} is `)), message)
    }),
  )
})

test('a list or a map is refused wherever Cassandra wants a single value', () => {
  for (const table of tables) {
    for (const [key, type] of Object.entries(table.types)) {
      if (ownedKeys.includes(key)) continue
      const types = [type].flat()
      const takesList = types.some((one) => one === 'list' || (typeof one === 'object' && 'listOf' in one))
      if (!takesList) assert.ok(checkConfig(table.version, { [key]: [] }) !== undefined, `${table.version} ${key}`)
      if (!types.includes('map')) assert.ok(checkConfig(table.version, { [key]: {} }) !== undefined, `${table.version} ${key}`)
    }
  }
})
