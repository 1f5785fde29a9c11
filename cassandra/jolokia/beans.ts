/** Names of the MBeans; the same in 4.0, 4.1 and 5.0. */
export const beans = {
  storageService: 'org.apache.cassandra.db:type=StorageService',
  storageProxy: 'org.apache.cassandra.db:type=StorageProxy',
  repairService: 'org.apache.cassandra.db:type=RepairService',
  snitch: 'org.apache.cassandra.db:type=EndpointSnitchInfo',
  gossiper: 'org.apache.cassandra.net:type=Gossiper',
  streamManager: 'org.apache.cassandra.net:type=StreamManager',
  load: 'org.apache.cassandra.metrics:type=Storage,name=Load',
} as const

/** Signatures; always given in full, because overloads differ by version. */
export const operations = {
  keyspaceReplication: 'getKeyspaceReplicationInfo(java.lang.String)',
  pendingRanges: 'getPendingRangeToEndpointWithPortMap(java.lang.String)',
  reloadSeeds: 'reloadSeeds()',
  repair: 'repairAsync(java.lang.String,java.util.Map)',
  repairStatus: 'getParentRepairStatus(int)',
  repairSessions: 'parentRepairSessionsCount()',
  cleanup: 'forceKeyspaceCleanup(int,java.lang.String,[Ljava.lang.String;)',
  resumeBootstrap: 'resumeBootstrap()',
  drain: 'drain()',
} as const
