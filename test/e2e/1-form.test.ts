// The first command of the README on a real cluster: a ring of three from nine lines, and what is promised of it.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { before, describe, test } from 'node:test'
import { replicationOf } from '../../cassandra/model/replication.ts'
import { primaryShares } from '../../cassandra/model/tokens.ts'
import { query } from '../../local/cql.ts'
import { agentViews, tlsRefusal } from './agent-views.ts'
import { CLUSTER, type Demo, NAMESPACE } from './demo-cluster.ts'
import { eventually } from './eventually.ts'
import { npm, openDemo } from './shared-cluster.ts'

let demo: Demo
let output = ''
before(async () => {
  const run = await npm(['run', 'demo'])
  assert.equal(run.code, 0, run.output.slice(-3000))
  output = run.output
  demo = openDemo()
})

const columns = (text: string): readonly string[] => text.trim().split(/\s+/)

describe('npm run demo', () => {
  test('ends with an answer to a CQL query from each node, and says what it took', () => {
    assert.equal(output.match(/SELECT peer, rack FROM system\.peers →/g)?.length, 3)
    assert.match(output, /done in \d+(\.\d+)? s/)
  })

  test('is repeated without touching what is there', async () => {
    const uids = (await demo.pods()).map((pod) => pod.metadata.uid)
    const run = await npm(['run', 'demo'])
    assert.equal(run.code, 0, run.output.slice(-3000))
    assert.deepEqual(
      (await demo.pods()).map((pod) => pod.metadata.uid),
      uids,
    )
  })
})

describe('the ring of nine lines', () => {
  test('stands in three racks on three machines in three zones', async () => {
    const nodes = await demo.nodes()
    assert.deepEqual(nodes.map((node) => node.spec.rack).sort(), ['rack1', 'rack2', 'rack3'])
    assert.equal(new Set(nodes.map((node) => node.status?.kubernetesNode)).size, 3)
    const cluster = await demo.cluster()
    const zones = cluster.status?.datacenters?.[0]?.racks.map((rack) => rack.zone)
    assert.deepEqual(zones, ['zone-1', 'zone-2', 'zone-3'])
  })

  test('has exactly the computed tokens in every view, even ownership and one schema', async () => {
    const nodes = await demo.nodes()
    const views = await agentViews(demo.kubectl, NAMESPACE, CLUSTER)
    const given = nodes.flatMap((node) => node.spec.initialTokens ?? []).sort()
    const schemas = new Set<string>()
    for (const { cassandra } of views.values()) {
      assert.ok(cassandra)
      assert.deepEqual(Object.keys(cassandra.tokenOwners).sort(), given)
      for (const version of Object.keys(cassandra.schemaVersions)) schemas.add(version)
      const shares = [...primaryShares(cassandra.tokenOwners).values()]
      assert.equal(shares.length, 3)
      assert.ok(Math.max(...shares) - Math.min(...shares) < 1e-6, `shares ${shares.join(', ')}`)
    }
    assert.equal(schemas.size, 1)
  })

  test('has replicated its own keyspaces and repaired them', async () => {
    const views = await agentViews(demo.kubectl, NAMESPACE, CLUSTER)
    for (const { cassandra } of views.values()) {
      for (const [keyspace, replicas] of Object.entries({ system_auth: 3, system_distributed: 3, system_traces: 2 })) {
        const replication = replicationOf(cassandra?.keyspaces[keyspace] ?? {})
        assert.deepEqual(replication, { strategy: 'NetworkTopology', byDatacenter: { dc1: replicas } }, keyspace)
      }
    }
    assert.ok((await demo.cluster()).status?.systemKeyspaces?.every((keyspace) => keyspace.repaired))
  })

  test('lets the generated superuser in, and nobody else', async () => {
    const [pod] = await demo.pods()
    const ip = pod?.status.podIP ?? ''
    const rows = await query(ip, await demo.superuser(), 'SELECT cluster_name FROM system.local')
    assert.equal(rows[0]?.cluster_name, (await demo.cluster()).status?.clusterName)
    await assert.rejects(query(ip, { username: 'cassandra', password: 'cassandra' }, 'SELECT now() FROM system.local'))
  })

  test('takes another password from the Secret', async () => {
    const old = await demo.superuser()
    const patch = JSON.stringify({ stringData: { password: 'changed-by-a-person' } })
    await demo.kubectl.run(['-n', NAMESPACE, 'patch', 'secret', 'demo-superuser', '--type=merge', '-p', patch])
    const [pod] = await demo.pods()
    const ip = pod?.status.podIP ?? ''
    await eventually('the new password opens', 60_000, async () => query(ip, await demo.superuser(), 'SELECT now() FROM system.local'))
    await eventually('the old one does not', 30_000, async () => {
      const answer = await query(ip, old, 'SELECT now() FROM system.local').catch(() => 'refused')
      return answer === 'refused'
    })
  })

  test('shows JMX to nobody and its agent to the operator alone', async () => {
    const [pod] = await demo.pods()
    const ip = pod?.status.podIP ?? ''
    for (const port of [7199, 8778]) await assert.rejects(dial(ip, port), /ECONNREFUSED/)
    assert.match(await tlsRefusal(ip), /certificate|alert|ECONNRESET|socket/i)
  })

  test('runs under Pod Security restricted, without a token of the API', async () => {
    const namespace = await demo.kubectl.run(['get', 'namespace', NAMESPACE, '-o', 'jsonpath={.metadata.labels}'])
    assert.match(namespace, /"pod-security.kubernetes.io\/enforce":"restricted"/)
    const [pod] = await demo.pods()
    const token = await demo.kubectl.try([
      ...['-n', NAMESPACE, 'exec', pod?.metadata.name ?? '', '-c', 'cassandra', '--'],
      ...['ls', '/var/run/secrets/kubernetes.io/serviceaccount'],
    ])
    assert.notEqual(token.code, 0)
  })
})

describe('what a user types', () => {
  test('kubectl get cass,cassn reads like nodetool status', async () => {
    const text = await demo.kubectl.run(['-n', NAMESPACE, 'get', 'cass,cassn'])
    const rows = text.split('\n').filter((line) => line.trim() !== '')
    assert.deepEqual(columns(rows[1] ?? '').slice(0, 6), ['cassandracluster.ringkeeper.io/demo', 'True', '3/3', 'Healthy', '5.0.9', 'dc1'])
    const states = rows.slice(3).map((row) => columns(row)[4])
    assert.deepEqual(states, ['UN', 'UN', 'UN'])
  })

  test('kubectl wait ends at once, and conditions carry the generation', async () => {
    await demo.kubectl.run(['-n', NAMESPACE, 'wait', '--for=condition=Ready', '--timeout=5s', 'cass/demo'])
    const { metadata, status } = await demo.cluster()
    assert.ok(status?.conditions?.every((condition) => condition.observedGeneration === metadata.generation))
    assert.ok(status?.conditions?.every((condition) => condition.reason !== '' && condition.message !== ''))
  })

  test('events tell the story of the formation', async () => {
    const events = await demo.kubectl.run(['-n', NAMESPACE, 'get', 'events', '--field-selector', 'involvedObject.kind=CassandraCluster'])
    assert.match(events, /will be the first node/)
    assert.match(events, /the ring is whole/)
  })
})

function dial(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 3_000 })
    socket.on('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error('timeout')))
  })
}
