// One function per object name. Lengths: cluster ≤ 24, datacenter and rack ≤ 16, ordinal ≤ 4, so every name fits 63.
export const names = {
  node: (cluster: string, datacenter: string, rack: string, ordinal: number) => `${cluster}-${datacenter}-${rack}-${ordinal}`,
  /** The claim carries a part of the node's uid, so that a name which returns never finds an old volume. */
  dataClaim: (node: string, nodeUID: string) => `data-${node}-${nodeUID.slice(0, 8)}`,
  clientService: (cluster: string, datacenter: string) => `${cluster}-${datacenter}`,
  nodesService: (cluster: string, datacenter: string) => `${cluster}-${datacenter}-nodes`,
  seedService: (cluster: string) => `${cluster}-seeds`,
  disruptionBudget: (cluster: string, datacenter: string) => `${cluster}-${datacenter}`,
  superuserSecret: (cluster: string) => `${cluster}-superuser`,
  /** The operator's own login to Cassandra: username, password. Its own, so that the password of a person can change. */
  operatorLoginSecret: (cluster: string) => `${cluster}-operator-login`,
  /** Authority of the mutual TLS between operator and agents: tls.crt, tls.key. Read by the operator alone. */
  agentAuthoritySecret: (cluster: string) => `${cluster}-agent-ca`,
  /** Certificate that the operator shows to the agents of this cluster: tls.crt, tls.key, ca.crt. */
  operatorSecret: (cluster: string) => `${cluster}-operator`,
  nodeSecret: (node: string) => `${node}-tls`,
} as const
