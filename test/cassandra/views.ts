// What the agent reads of a node: complete on every line, or the operator would know nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPulse } from '../../agent/pulse.ts'
import { readView } from '../../agent/views.ts'
import type { CassandraView } from '../../api/agent.ts'
import { beans } from '../../cassandra/jolokia/beans.ts'
import { replicationOf } from '../../cassandra/model/replication.ts'
import type { HandNode } from '../../local/by-hand.ts'
import { command } from '../../local/command.ts'
import { CQL_ADDRESS, TOKENS } from './one-node.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function proveViews(version: string, has: Readonly<Record<string, boolean>>, running: () => HandNode): void {
  test('the pulse is that of a node that serves', async () => {
    const { hostID, ...pulse } = await readPulse(running().jolokia)
    assert.deepEqual(pulse, { mode: 'NORMAL', joined: true, serving: true, streams: 0 })
    assert.match(hostID, UUID)
  })

  test('the view is known, with every field as the operator reads it', async () => {
    const { jolokia, address } = running()
    const { hostID, startedAt, loadBytes, schemaVersions, tokenOwners, tokens, keyspaces, ...view } = await knownView(jolokia)
    const here = `${address}:7000`
    assert.deepEqual(view, {
      clusterName: 'by-hand',
      releaseVersion: version,
      operationMode: 'NORMAL',
      initialized: true,
      joined: true,
      gossipRunning: true,
      nativeTransportRunning: true,
      datacenter: 'dc1',
      rack: 'rack1',
      address: here,
      hostIDs: { [here]: hostID },
      live: [here],
      unreachable: [],
      joining: [],
      leaving: [],
      moving: [],
      releaseVersions: { [version]: [here] },
      seeds: [], // a node leaves itself out
      pendingRanges: {},
      streams: 0,
      repairs: 0,
    })
    assert.match(hostID, UUID)
    assert.deepEqual([...tokens].sort(), [...TOKENS].sort())
    assert.deepEqual(tokenOwners, Object.fromEntries(TOKENS.map((token) => [token, here])))
    assert.deepEqual(Object.values(schemaVersions), [[here]])
    assert.match(Object.keys(schemaVersions)[0] ?? '', UUID)
    assert.ok(startedAt > Date.now() - 600_000 && startedAt < Date.now(), `started at ${startedAt}`)
    assert.ok(loadBytes > 0)
    assert.deepEqual(Object.fromEntries(Object.entries(keyspaces).map(([keyspace, options]) => [keyspace, replicationOf(options)])), {
      system_auth: { strategy: 'Simple', replicas: 1 },
      system_distributed: { strategy: 'Simple', replicas: 3 },
      system_traces: { strategy: 'Simple', replicas: 2 },
    })
  })

  test('an attribute that only some lines have is absent by itself, and what is asked with it is answered', async () => {
    const names = ['OperationMode', ...Object.keys(has)]
    const facts = await running().jolokia.bulk(
      names.map((attribute) => ({ type: 'read', mbean: beans.storageService, attribute }) as const),
    )
    assert.deepEqual(Object.fromEntries(names.map((name, index) => [name, facts[index]?.known])), { OperationMode: true, ...has })
  })

  test('it listens where it was told to and nowhere else', async () => {
    const { process: child, address } = running()
    const lines = (await command('ss', ['-Hltnp'])).split('\n').filter((socket) => socket.includes(`pid=${child.pid},`))
    const sockets = lines.map((socket) => socket.trim().split(/\s+/)[3]?.replace('[::ffff:', '').replace(']', ''))
    assert.deepEqual(sockets.sort(), [`${CQL_ADDRESS}:9042`, `${address}:7000`, `${address}:8778`])
  })
}

export async function knownView(jolokia: HandNode['jolokia']): Promise<CassandraView> {
  const view = await readView(jolokia)
  assert.ok(view.known, view.known ? '' : view.message)
  return view.value
}
