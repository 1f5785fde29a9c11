import { proveLine } from './line.ts'

proveLine({
  version: '4.0.19',
  has: { BootstrapFailed: false, DecommissionFailed: false },
  config: {
    audit_logging_options: { enabled: false, logger: [{ class_name: 'BinAuditLogger' }] },
    auto_snapshot: false,
    column_index_size_in_kb: 32,
    commitlog_compression: [{ class_name: 'LZ4Compressor' }],
    commitlog_sync: 'batch',
    compaction_throughput_mb_per_sec: 32,
    concurrent_reads: 16,
    enable_user_defined_functions: true,
    hinted_handoff_disabled_datacenters: ['dc9'],
    internode_send_buff_size_in_bytes: 65536,
    key_cache_size_in_mb: 16,
    max_hint_window_in_ms: 7_200_000,
    memtable_allocation_type: 'offheap_objects',
    phi_convict_threshold: 9.5,
    read_request_timeout_in_ms: 6000,
    stream_throughput_outbound_megabits_per_sec: 100,
  },
  shown: { internode_send_buff_size_in_bytes: undefined, internode_socket_send_buffer_size_in_bytes: 65536 },
  refused: [
    { what: 'a name of 4.1', config: { read_request_timeout: '6s' }, says: /read_request_timeout/ },
    { what: 'text for a number', config: { concurrent_reads: 'many' }, says: /concurrent_reads: .*many/ },
  ],
})
