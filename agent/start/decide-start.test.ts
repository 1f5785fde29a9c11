import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Grant, GrantKind, Marker, MarkerState, NodeSettings } from '../../api/agent.ts'
import { decideStart, type StartFacts, type StartVerdict } from './decide-start.ts'

const settings: NodeSettings = {
  clusterUID: 'cluster',
  clusterName: 'demo',
  node: 'demo-dc1-r1-0',
  nodeUID: 'node',
  datacenter: 'dc1',
  rack: 'r1',
  version: '5.0.9',
  numTokens: 16,
  seedService: 'demo-seeds.default.svc.cluster.local',
  heapMiB: 1024,
  jvmOptions: [],
  config: {},
  authEnabled: true,
}
const IP = '10.0.0.1'
const empty: Marker = { clusterUID: 'cluster', nodeUID: 'node', datacenter: 'dc1', rack: 'r1', version: '5.0.9', state: 'Empty' }
const joined: Marker = { ...empty, state: 'Joined', hostID: 'host' }
const grantOf = (kind: GrantKind, podUID = 'pod', nodeUID = 'node'): Grant => ({
  id: `${kind}-${podUID}`,
  kind,
  podUID,
  nodeUID,
  initialTokens: ['1'],
})
const facts = (change: Partial<StartFacts>): StartFacts => ({
  settings,
  podUID: 'pod',
  podIP: IP,
  marker: empty,
  hasData: true,
  seeds: ['10.0.0.2'],
  imageVersion: '5.0.9',
  javaMajor: 17,
  ...change,
})
const summary = (verdict: StartVerdict): string =>
  verdict.kind === 'start'
    ? `start seeds=${verdict.plan.seeds.join()} bootstrap=${verdict.plan.autoBootstrap} tokens=${verdict.plan.initialTokens?.join() ?? '-'}`
    : verdict.kind === 'refuse'
      ? `refuse ${verdict.reason}`
      : 'wait'

// Every state of the marker against every grant, with a seed that is another node.
const GRANTS = {
  none: undefined,
  FirstNode: grantOf('FirstNode'),
  JoinNoStream: grantOf('JoinNoStream'),
  Join: grantOf('Join'),
  otherPod: grantOf('Join', 'gone'),
  otherNode: grantOf('Join', 'pod', 'other'),
}
const first = `start seeds=${IP} bootstrap=false tokens=1`
const noStream = 'start seeds=10.0.0.2 bootstrap=false tokens=1'
const join = 'start seeds=10.0.0.2 bootstrap=true tokens=1'
const again = 'start seeds=10.0.0.2 bootstrap=true tokens=-'
const byGrant = { none: 'wait', FirstNode: first, JoinNoStream: noStream, Join: join, otherPod: 'wait', otherNode: 'wait' }
const always = (verdict: string) => ({
  none: verdict,
  FirstNode: verdict,
  JoinNoStream: verdict,
  Join: verdict,
  otherPod: verdict,
  otherNode: verdict,
})
const expected: Readonly<Record<MarkerState, Readonly<Record<keyof typeof GRANTS, string>>>> = {
  Empty: byGrant,
  Granted: byGrant,
  Joining: byGrant, // killed while joining: the same grant again, in the same pod only
  Joined: always(again), // a member asks nobody, and no grant changes how it starts
  Leaving: always('refuse VolumeRetired'),
  Decommissioned: always('refuse VolumeRetired'),
}
for (const [state, row] of Object.entries(expected)) {
  for (const [name, verdict] of Object.entries(row)) {
    test(`${state} with grant ${name}: ${verdict}`, () => {
      const grant = GRANTS[name as keyof typeof GRANTS]
      const marker: Marker = {
        ...(state === 'Joined' ? joined : empty),
        state: state as MarkerState,
        ...(grant === undefined ? {} : { grant }),
      }
      assert.equal(summary(decideStart(facts({ marker }))), verdict)
    })
  }
}

// Seeds: none, only itself, itself and others, and a resolver that is silent.
for (const [seeds, member, joining] of [
  [[], `${IP}`, 'wait'],
  [[IP], `${IP}`, 'wait'],
  [[IP, '10.0.0.2'], `${IP},10.0.0.2`, '10.0.0.2'],
  [undefined, `${IP}`, 'wait'],
] as const) {
  test(`seeds ${seeds?.join() ?? 'unknown'}: a member takes ${member}, a joining node ${joining}`, () => {
    assert.match(summary(decideStart(facts({ marker: joined, seeds }))), new RegExp(`^start seeds=${member} `))
    for (const kind of ['Join', 'JoinNoStream'] as const) {
      const verdict = summary(decideStart(facts({ marker: { ...empty, state: 'Granted', grant: grantOf(kind) }, seeds })))
      assert.ok(joining === 'wait' ? verdict === 'wait' : verdict.startsWith(`start seeds=${joining} `), verdict)
    }
    const alone = summary(decideStart(facts({ marker: { ...empty, state: 'Granted', grant: grantOf('FirstNode') }, seeds })))
    assert.equal(alone, first)
  })
}

for (const [name, change, reason, message] of [
  ['another cluster', { marker: { ...joined, clusterUID: 'x' } }, 'HostIDRetired', /belongs to node node of cluster x/],
  ['another node', { marker: { ...joined, nodeUID: 'x' } }, 'HostIDRetired', /belongs to node x/],
  [
    'another host id than recorded',
    { marker: joined, settings: { ...settings, expectedHostID: 'y' } },
    'HostIDRetired',
    /holds host id host, the record says y/,
  ],
  ['an empty volume of a recorded member', { settings: { ...settings, expectedHostID: 'y' } }, 'HostIDRetired', /holds host id none/],
  ['another rack', { marker: { ...joined, rack: 'r2' } }, 'InvalidSpec', /made for dc1\/r2/],
  ['another datacenter', { marker: { ...joined, datacenter: 'dc2' } }, 'InvalidSpec', /made for dc2\/r1/],
  [
    'an image of another version',
    { marker: joined, imageVersion: '5.0.8' },
    'InvalidSpec',
    /holds Cassandra 5.0.8, spec.version says 5.0.9/,
  ],
  ['an image without Cassandra', { marker: joined, imageVersion: undefined }, 'InvalidSpec', /of no known version/],
  ['an image without Java', { marker: joined, javaMajor: undefined }, 'InvalidSpec', /no working java/],
  ['Java 8', { marker: joined, javaMajor: 8 }, 'InvalidSpec', /Java 8 .* 11 or 17/],
  ['Java 21', { marker: joined, javaMajor: 21 }, 'InvalidSpec', /Java 21 .* 11 or 17/],
  ['a member whose data is gone', { marker: joined, hasData: false }, 'VolumeUnreadable', /its data is gone/],
] as const) {
  test(`${name} is refused, with a grant or without`, () => {
    for (const grant of Object.values(GRANTS)) {
      const marker = change as { readonly marker?: Marker }
      const verdict = decideStart(facts({ ...change, marker: { ...(marker.marker ?? empty), ...(grant === undefined ? {} : { grant }) } }))
      assert.equal(verdict.kind === 'refuse' && verdict.reason, reason)
      assert.match(verdict.message, message)
    }
  })
}

test('a member with the recorded host id starts on Java 11 too', () => {
  const verdict = decideStart(facts({ marker: joined, settings: { ...settings, expectedHostID: 'host' }, javaMajor: 11 }))
  assert.equal(verdict.kind, 'start')
})

const uid = fc.constantFrom('pod', 'gone', 'node', 'other')
const grant: fc.Arbitrary<Grant | undefined> = fc.option(
  fc.record({ id: fc.string(), kind: fc.constantFrom<GrantKind>('FirstNode', 'JoinNoStream', 'Join'), podUID: uid, nodeUID: uid }),
  { nil: undefined },
)
const anyFacts: fc.Arbitrary<StartFacts> = fc
  .record({
    marker: fc.record({
      clusterUID: fc.constantFrom('cluster', 'other'),
      nodeUID: fc.constantFrom('node', 'other'),
      state: fc.constantFrom<MarkerState>('Empty', 'Granted', 'Joining', 'Joined', 'Leaving', 'Decommissioned'),
      hostID: fc.constantFrom(undefined, 'host', 'else'),
      grant,
    }),
    expectedHostID: fc.constantFrom(undefined, 'host'),
    seeds: fc.option(fc.uniqueArray(fc.constantFrom(IP, '10.0.0.2', '10.0.0.3')), { nil: undefined }),
    hasData: fc.boolean(),
    javaMajor: fc.constantFrom(undefined, 8, 11, 17, 21),
  })
  .map(({ marker: { hostID, grant: given, ...marker }, expectedHostID, seeds, hasData, javaMajor }) =>
    facts({
      marker: { ...empty, ...marker, ...(hostID === undefined ? {} : { hostID }), ...(given === undefined ? {} : { grant: given }) },
      settings: expectedHostID === undefined ? settings : { ...settings, expectedHostID },
      seeds,
      hasData,
      javaMajor,
    }),
  )
const started = (check: (facts: StartFacts, plan: Extract<StartVerdict, { kind: 'start' }>['plan']) => void): void =>
  fc.assert(
    fc.property(anyFacts, (some) => {
      const verdict = decideStart(some)
      if (verdict.kind === 'start') check(some, verdict.plan)
    }),
    { numRuns: 3000 },
  )

test('a node that has not joined never starts without a grant that names this pod and this node', () =>
  started(({ marker }) => {
    assert.ok(marker.state === 'Joined' || (marker.grant?.podUID === 'pod' && marker.grant.nodeUID === 'node'))
  }))

test('a node is its own seed only as the first node or as a member', () =>
  started(({ marker }, { seeds }) => {
    assert.ok(seeds.length > 0)
    if (seeds.includes(IP)) assert.ok(marker.state === 'Joined' || marker.grant?.kind === 'FirstNode')
  }))

test('streaming is skipped only by the grants of the first formation', () =>
  started(({ marker }, { autoBootstrap, initialTokens }) => {
    const isFirstFormation = marker.state !== 'Joined' && marker.grant?.kind !== 'Join'
    assert.equal(autoBootstrap, !isFirstFormation)
    if (marker.state === 'Joined') assert.equal(initialTokens, undefined)
  }))

test('what starts agrees with record and volume', () =>
  started(({ marker, settings: { expectedHostID }, hasData }) => {
    assert.equal(marker.clusterUID, 'cluster')
    assert.equal(marker.nodeUID, 'node')
    if (expectedHostID !== undefined) assert.equal(marker.hostID, expectedHostID)
    assert.ok(marker.state !== 'Leaving' && marker.state !== 'Decommissioned')
    assert.ok(marker.state !== 'Joined' || hasData)
  }))
