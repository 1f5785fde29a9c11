import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JolokiaClient, JolokiaRequest } from '../cassandra/jolokia/client.ts'
import { known, unknown } from '../lib/result.ts'
import { readPulse } from './pulse.ts'
import { readView } from './views.ts'

const storage: Readonly<Record<string, unknown>> = {
  LocalHostId: 'h1',
  ClusterName: 'demo',
  ReleaseVersion: '5.0.9',
  OperationMode: 'NORMAL',
  Initialized: true,
  Joined: true,
  GossipRunning: true,
  NativeTransportRunning: true,
  Tokens: ['-9223372036854775808', '9007199254740993'],
  EndpointWithPortToHostId: { '10.0.0.1:7000': 'h1', '10.0.0.2:7000': 'h2' },
  TokenToEndpointWithPortMap: { '-9223372036854775808': '10.0.0.1:7000' },
  LiveNodesWithPort: ['10.0.0.1:7000'],
  UnreachableNodesWithPort: ['10.0.0.2:7000'],
  JoiningNodesWithPort: [],
  LeavingNodesWithPort: [],
  MovingNodesWithPort: [],
  NonLocalStrategyKeyspaces: ['system_auth', 'shop'],
}
const answers: Readonly<Record<string, unknown>> = {
  SchemaVersionsWithPort: { v1: ['10.0.0.1:7000'], UNREACHABLE: ['10.0.0.2:7000'] },
  Count: '1234567890123',
  CurrentStreams: [],
  'parentRepairSessionsCount()': 0,
  StartTime: '1795575896000',
  Seeds: { ReleaseVersionsWithPort: { '5.0.9': ['10.0.0.1:7000'] }, Seeds: ['/10.0.0.2:7000', 'seed.local/10.0.0.3:7000'] },
  Rack: { Datacenter: 'dc1', Rack: 'r1' },
  'getKeyspaceReplicationInfo(java.lang.String)': '{dc1=3}',
  'getPendingRangeToEndpointWithPortMap(java.lang.String)': {},
}

/** A Cassandra that answers as above, but for what the test changes; `gone` names what it does not have. */
function cassandra(change: { readonly storage?: object; readonly answers?: object; readonly gone?: string } = {}): JolokiaClient {
  const all: Readonly<Record<string, unknown>> = { ...answers, ...change.answers, MovingNodesWithPort: undefined }
  const answerTo = (request: JolokiaRequest): unknown => {
    if (request.type === 'exec') return all[request.operation]
    if (typeof request.attribute === 'string') return all[request.attribute]
    const last = request.attribute.at(-1) ?? ''
    return all[last] ?? { ...storage, ...change.storage }
  }
  return {
    bulk: async (requests) =>
      requests.map((request) =>
        JSON.stringify(request).includes(change.gone ?? '\0') ? unknown('Refused', 'no such thing') : known(answerTo(request), 0),
      ),
    exec: () => assert.fail('a view changes nothing'),
  }
}

const viewOf = async (jolokia: JolokiaClient) => {
  const view = await readView(jolokia)
  return view.known ? view.value : view.message
}

test('a view holds what Cassandra says, tokens to the last digit', async () => {
  assert.deepEqual(await viewOf(cassandra()), {
    hostID: 'h1',
    clusterName: 'demo',
    releaseVersion: '5.0.9',
    operationMode: 'NORMAL',
    initialized: true,
    joined: true,
    gossipRunning: true,
    nativeTransportRunning: true,
    startedAt: 1795575896000,
    datacenter: 'dc1',
    rack: 'r1',
    loadBytes: 1234567890123,
    tokens: ['-9223372036854775808', '9007199254740993'],
    address: '10.0.0.1:7000',
    hostIDs: { '10.0.0.1:7000': 'h1', '10.0.0.2:7000': 'h2' },
    tokenOwners: { '-9223372036854775808': '10.0.0.1:7000' },
    live: ['10.0.0.1:7000'],
    unreachable: ['10.0.0.2:7000'],
    joining: [],
    leaving: [],
    moving: [],
    schemaVersions: { v1: ['10.0.0.1:7000'], UNREACHABLE: ['10.0.0.2:7000'] },
    releaseVersions: { '5.0.9': ['10.0.0.1:7000'] },
    seeds: ['10.0.0.2:7000', '10.0.0.3:7000'],
    keyspaces: { system_auth: { dc1: '3' }, shop: { dc1: '3' } },
    pendingRanges: {},
    streams: 0,
    repairs: 0,
  })
})

for (const OperationMode of ['DRAINING', 'DRAINED', 'DECOMMISSIONED']) {
  test(`${OperationMode}, it is not asked for the schema of others, which it could not reach`, async () => {
    const view = await viewOf(cassandra({ storage: { OperationMode }, gone: 'SchemaVersionsWithPort' }))
    assert.ok(typeof view !== 'string', String(view))
    assert.deepEqual(view.schemaVersions, { UNREACHABLE: ['10.0.0.1:7000'] })
  })
}

test('streams add up to progress, and pending ranges are counted', async () => {
  const stream = { currentRxBytes: '10', totalRxBytes: '100', currentTxBytes: 0, totalTxBytes: 0 }
  const view = await viewOf(
    cassandra({
      answers: {
        CurrentStreams: [stream, stream],
        'getPendingRangeToEndpointWithPortMap(java.lang.String)': { '[1, 2]': ['10.0.0.2:7000'] },
      },
    }),
  )
  assert.ok(typeof view !== 'string')
  assert.deepEqual([view.streams, view.streamedBytes], [2, { done: 20, total: 200 }])
  assert.deepEqual(view.pendingRanges, { system_auth: 1, shop: 1 })
})

for (const gone of [
  'SchemaVersionsWithPort',
  'Seeds',
  'Rack',
  'Count',
  'CurrentStreams',
  'parentRepair',
  'StartTime',
  'getKeyspaceReplicationInfo',
  'getPendingRange',
  'LocalHostId',
]) {
  test(`without ${gone} there is no view at all`, async () => assert.equal(await viewOf(cassandra({ gone })), 'no such thing'))
}

for (const name of Object.keys(storage)) {
  test(`a view in which ${name} is nothing would read as absence: there is none`, async () => {
    assert.match(String(await viewOf(cassandra({ storage: { [name]: null } }))), /^Cassandra answered null where/)
  })
}

for (const name of Object.keys(answers)) {
  test(`a view in which ${name} is nothing would read as none: there is none`, async () => {
    const view = String(
      await viewOf(cassandra({ answers: { [name]: name === 'Seeds' ? { Seeds: null } : name === 'Rack' ? { Rack: null } : null } })),
    )
    assert.match(view, /^Cassandra answered (null|nothing|something else) where/)
  })
}

test('a Cassandra that does not answer is unknown, in the words of the error', async () => {
  const jolokia: JolokiaClient = { bulk: () => Promise.reject(new Error('connect ECONNREFUSED')), exec: () => assert.fail() }
  assert.equal(await viewOf(jolokia), 'connect ECONNREFUSED')
})

for (const [change, serving] of [
  [{}, true],
  [{ OperationMode: 'JOINING' }, false],
  [{ OperationMode: 'DRAINED' }, false],
  [{ GossipRunning: false }, false],
  [{ NativeTransportRunning: false }, false],
] as const) {
  test(`${JSON.stringify(change)} is ${serving ? '' : 'not '}serving`, async () => {
    const state: Readonly<Record<string, unknown>> = { ...storage, ...change }
    const jolokia: JolokiaClient = { bulk: async () => [known(state, 0), known([{}, {}], 0)], exec: () => assert.fail() }
    const pulse = await readPulse(jolokia)
    assert.deepEqual([pulse.serving, pulse.streams, pulse.mode], [serving, 2, state.OperationMode])
  })
}
