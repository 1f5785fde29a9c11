import type { CassandraCluster } from '../../api/objects.ts'
import { type AgentClient, type ClientCredentials, createAgentClient } from './client.ts'

export type AgentClients = {
  /** One client a cluster, with its connections; a new one when the certificate or what is trusted changes. */
  readonly of: (cluster: CassandraCluster, credentials: ClientCredentials) => AgentClient
  readonly close: () => void
}

export function createAgentClients(create: (credentials: ClientCredentials) => AgentClient = createAgentClient): AgentClients {
  const clients = new Map<string, { readonly credentials: ClientCredentials; readonly client: AgentClient }>()
  return {
    of: ({ metadata }, credentials) => {
      // By name: a cluster that is made again takes the place of the one before.
      const key = `${metadata.namespace}/${metadata.name}`
      const held = clients.get(key)
      if (held !== undefined && isSame(held.credentials, credentials)) return held.client
      const client = create(credentials)
      clients.set(key, { credentials, client })
      held?.client.close()
      return client
    },
    close: () => {
      for (const { client } of clients.values()) client.close()
    },
  }
}

function isSame(a: ClientCredentials, b: ClientCredentials): boolean {
  return a.cert === b.cert && a.key === b.key && a.ca === b.ca
}
