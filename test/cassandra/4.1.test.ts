import { proveLine } from './line.ts'

proveLine({
  version: '4.1.10',
  has: { BootstrapFailed: false, DecommissionFailed: false },
  config: {
    audit_logging_options: { enabled: false, logger: [{ class_name: 'BinAuditLogger' }] },
    auto_snapshot_ttl: '7d',
    column_index_size: '32KiB',
    commitlog_sync: 'group',
    commitlog_sync_group_window: '15ms',
    compaction_throughput: '32MiB/s',
    concurrent_reads: 16,
    key_cache_save_period: 7200,
    max_hint_window: '2h',
    memtable: { configurations: { default: { class_name: 'SkipListMemtable' } } },
    memtable_allocation_type: 'offheap_objects',
    paxos_variant: 'v2',
    read_consistency_levels_warned: ['ALL'],
    read_request_timeout: '6s',
    stream_throughput_outbound_megabits_per_sec: 100, // the name of 4.0
    user_defined_functions_enabled: true,
  },
  shown: {},
  refused: [
    { what: 'a name of 5.0', config: { sai_options: {} }, says: /sai_options/ },
    { what: 'a unit that it does not know', config: { commitlog_segment_size: '32MB' }, says: /commitlog_segment_size: .*32MB/ },
  ],
})
