import { proveLine } from './line.ts'

proveLine({
  version: '5.0.9',
  has: { BootstrapFailed: true, DecommissionFailed: true },
  config: {
    audit_logging_options: { enabled: false, logger: [{ class_name: 'BinAuditLogger' }] },
    column_index_size: '32KiB',
    commitlog_sync_period_in_ms: 5000, // the name of 4.0
    compaction_throughput: '32MiB/s',
    concurrent_reads: 16,
    default_compaction: { class_name: 'UnifiedCompactionStrategy', parameters: { scaling_parameters: 'T4' } },
    hints_compression: 'LZ4Compressor',
    key_cache_save_period: '2h',
    max_hint_window: '2h',
    memtable: { configurations: { trie: { class_name: 'TrieMemtable' }, default: { inherits: 'trie' } } },
    memtable_allocation_type: 'offheap_objects',
    read_request_timeout: '6s',
    sai_sstable_indexes_per_query_warn_threshold: 48,
    sstable: { selected_format: 'bti' },
    vector_dimensions_warn_threshold: 2048,
  },
  shown: { hints_compression: undefined, key_cache_save_period: 7200 },
  refused: [
    { what: 'a setting that was removed', config: { concurrent_replicates: 8 }, says: /concurrent_replicates/ },
    { what: 'a number without its unit', config: { read_request_timeout: 6000 }, says: /read_request_timeout: .*6000/ },
  ],
})
