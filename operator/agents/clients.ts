import type { CassandraCluster } from '../../api/objects.ts'
import { type AgentClient, type ClientCredentials, createAgentClient } from './client.ts'

export type AgentClients = {
  /** One client a cluster, with its connections; a new one when the certificate changes. */
  readonly of: (cluster: CassandraCluster, credentials: ClientCredentials) => AgentClient
  readonly close: () => void
}

export function createAgentClients(): AgentClients {
  const clients = new Map<string, { readonly cert: string; readonly client: AgentClient }>()
  return {
    of: ({ metadata }, credentials) => {
      const held = clients.get(metadata.uid)
      if (held?.cert === credentials.cert) return held.client
      held?.client.close()
      const client = createAgentClient(credentials)
      clients.set(metadata.uid, { cert: credentials.cert, client })
      return client
    },
    close: () => {
      for (const { client } of clients.values()) client.close()
    },
  }
}
