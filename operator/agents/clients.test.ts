import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CassandraCluster } from '../../api/objects.ts'
import type { AgentClient, ClientCredentials } from './client.ts'
import { createAgentClients } from './clients.ts'

const cluster = (name: string) => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}` } }) as unknown as CassandraCluster
const credentials: ClientCredentials = { cert: 'cert', key: 'key', ca: 'ca' }

function counted() {
  const made: ClientCredentials[] = []
  const closed: ClientCredentials[] = []
  const clients = createAgentClients((given) => {
    made.push(given)
    return { close: () => closed.push(given) } as unknown as AgentClient
  })
  return { clients, made, closed }
}

test('connections are kept while nothing changes', () => {
  const { clients, made, closed } = counted()
  assert.equal(clients.of(cluster('a'), credentials), clients.of(cluster('a'), { ...credentials }))
  assert.notEqual(clients.of(cluster('b'), credentials), clients.of(cluster('a'), credentials))
  assert.equal(made.length, 2)
  assert.deepEqual(closed, [])
})

test('a new certificate, a new key or another bundle makes new connections and ends the old ones', () => {
  for (const change of [{ cert: 'x' }, { key: 'x' }, { ca: 'x' }]) {
    const { clients, closed } = counted()
    const before = clients.of(cluster('a'), credentials)
    assert.notEqual(clients.of(cluster('a'), { ...credentials, ...change }), before)
    assert.deepEqual(closed, [credentials])
  }
})
