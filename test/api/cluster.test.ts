// What the API server answers to a CassandraCluster: the whole text of each refusal, as kubectl prints it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, startApi } from './control-plane.ts'
import { cluster, patch, refusals } from './objects.ts'

let api: Api
before(async () => {
  api = await startApi()
})
after(() => api?.stop())

const NAME_RULE =
  'metadata.name must be lower-case letters, digits and -, start with a letter and have at most 24 characters, so that pod names fit'
const SIZE_RULE = 'is no size; write a number with a unit, such as 100Gi'
const VERSION_RULE = 'is no exact version; write its three numbers, such as "5.0.9"'
const RACK_RULE = 'is no rack name; use 1 to 16 lower-case letters and digits, such as rack1'
const OTHER = 'take the change back, or make another cluster'

describe('a manifest is refused', () => {
  const tries: readonly (readonly [what: string, spec: object, cause: string, name?: string])[] = [
    ['name starts with a digit', {}, `metadata.name: Forbidden: ${NAME_RULE}; 126-demo does not, choose another`, '126-demo'],
    ['name of 25 characters', {}, `metadata.name: Forbidden: ${NAME_RULE}; ${'a'.repeat(25)} does not, choose another`, 'a'.repeat(25)],
    ['name with a dot', {}, `metadata.name: Forbidden: ${NAME_RULE}; my.demo does not, choose another`, 'my.demo'],
    ['no version', { version: undefined }, 'spec.version: Required value'],
    [
      'version as a number',
      { version: 5 },
      'spec.version: Invalid value: "integer": spec.version in body must be of type string: "integer"',
    ],
    ['version of two numbers', { version: '5.0' }, `spec.version: Forbidden: "5.0" ${VERSION_RULE}`],
    [
      'version 3.11',
      { version: '3.11.19' },
      'spec.version: Forbidden: Cassandra 3.11.19 is not supported; supported are 4.0.x, 4.1.x and 5.0.x',
    ],
    [
      'version 6.0',
      { version: '6.0.0' },
      'spec.version: Forbidden: Cassandra 6.0.0 is not supported; supported are 4.0.x, 4.1.x and 5.0.x',
    ],
    ['no node', { nodes: 0 }, 'spec.nodes: Invalid value: 0: spec.nodes in body should be greater than or equal to 1'],
    ['1001 nodes', { nodes: 1001 }, 'spec.nodes: Invalid value: 1001: spec.nodes in body should be less than or equal to 1000'],
    ['no storage', { storage: undefined }, 'spec.storage: Required value'],
    ['storage without a unit', { storage: { size: '100' } }, `spec.storage.size: Forbidden: "100" ${SIZE_RULE}`],
    ['storage of nothing', { storage: { size: '0Gi' } }, `spec.storage.size: Forbidden: "0Gi" ${SIZE_RULE}`],
    ['storage with a wrong unit', { storage: { size: '10GB' } }, `spec.storage.size: Forbidden: "10GB" ${SIZE_RULE}`],
    ['heap without a unit', { jvm: { heapSize: '8' } }, `spec.jvm.heapSize: Forbidden: "8" ${SIZE_RULE}`],
    [
      'memory limit with a wrong unit',
      { resources: { limits: { memory: '4GB' } } },
      'spec.resources.limits[memory]: Forbidden: "4GB" is no quantity; write one such as 500m or 4Gi',
    ],
    ['257 tokens', { numTokens: 257 }, 'spec.numTokens: Invalid value: 257: spec.numTokens in body should be less than or equal to 256'],
    ['no rack', { racks: [] }, 'spec.racks: Invalid value: 0: spec.racks in body should have at least 1 items'],
    ['rack with a dash', { racks: [{ name: 'rack-1' }] }, `spec.racks[0].name: Forbidden: "rack-1" ${RACK_RULE}`],
    ['rack in capitals', { racks: [{ name: 'R1' }] }, `spec.racks[0].name: Forbidden: "R1" ${RACK_RULE}`],
    ['two racks of one name', { racks: [{ name: 'a' }, { name: 'a' }] }, 'spec.racks[1]: Duplicate value: {"name":"a"}'],
    [
      'anti-affinity that does not exist',
      { antiAffinity: 'Hard' },
      'spec.antiAffinity: Unsupported value: "Hard": supported values: "Required", "Preferred", "None"',
    ],
    [
      'retention that does not exist',
      { storage: { size: '1Gi', retention: { whenDeleted: 'Keep' } } },
      'spec.storage.retention.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
    ],
    [
      'empty name inside Cassandra',
      { clusterName: '' },
      'spec.clusterName: Invalid value: "": spec.clusterName in body should be at least 1 chars long',
    ],
    [
      'JVM option without a dash',
      { jvm: { options: ['org.foo.Main'] } },
      'spec.jvm.options[0]: Forbidden: "org.foo.Main" is no option of the JVM; each item is one option and starts with -',
    ],
  ]
  for (const [what, spec, cause, name] of tries) {
    test(what, async () => {
      const answer = await refusals(api.kubectl, ['create', '--dry-run=server', '-f', '-'], cluster(name ?? 'demo', { ...spec }))
      assert.deepEqual(answer, [cause])
    })
  }

  test('quantities are refused where they are wrong, and may be numbers', async () => {
    const manifest = (quantity: unknown) => cluster('demo', { resources: { requests: { cpu: quantity }, limits: { memory: '4Gi' } } })
    const answer = (quantity: unknown) => refusals(api.kubectl, ['create', '--dry-run=server', '-f', '-'], manifest(quantity))
    for (const right of [2, 0, '2', '0.5', '500m']) assert.deepEqual(await answer(right), [])
    for (const wrong of [-1, '-1', '', '1 Gi', 'two', '1.']) {
      assert.deepEqual(await answer(wrong), [
        `spec.resources.requests[cpu]: Forbidden: "${wrong}" is no quantity; write one such as 500m or 4Gi`,
      ])
    }
    assert.equal((await answer(true)).length, 1)
  })

  test('fields that the kind does not have', async () => {
    const [answer] = await refusals(
      api.kubectl,
      ['create', '--dry-run=server', '-f', '-'],
      cluster('demo', { replicas: 3, jvm: { heap: '4Gi' } }),
    )
    assert.match(answer ?? '', /strict decoding error: unknown field "spec.jvm.heap", unknown field "spec.replicas"/)
  })
})

describe('a JVM option that the operator owns is refused', () => {
  const owned = [
    '-javaagent:/x.jar',
    '-agentlib:jdwp=transport=dt_socket',
    '-Xmx8G',
    '-Xms8G',
    '-XX:MaxHeapSize=8g',
    '-XX:-ExitOnOutOfMemoryError',
    '-XX:OnOutOfMemoryError=/bin/true',
    '@/tmp/options',
    '-Dcassandra.replace_address_first_boot=10.0.0.1',
    '-Dcassandra.consistent.rangemovement=false',
    '-Dcassandra.ignore_dc=true',
    '-Dcassandra.ignore_rack=true',
    '-Dcassandra.join_ring=false',
    '-Dcassandra.write_survey=true',
    '-Dcassandra.config=file:///tmp/cassandra.yaml',
    '-Dcassandra.settings.num_tokens=1',
    '-Dcassandra.jmx.remote.port=7199',
    '-Dcom.sun.management.jmxremote.port=7199',
  ]
  for (const option of owned) {
    test(option, async () => {
      const manifest = cluster('demo', { jvm: { options: ['-XX:+UseZGC', option] } })
      assert.deepEqual(await refusals(api.kubectl, ['create', '--dry-run=server', '-f', '-'], manifest), [
        `spec.jvm.options[1]: Forbidden: the operator owns ${option}; remove it`,
      ])
    })
  }

  test('and others are accepted', async () => {
    const options = [
      '-XX:MaxGCPauseMillis=200',
      '-Xmn1G',
      '-Xss512k',
      '-Dcassandra.ring_delay_ms=5000',
      '--add-modules=jdk.incubator.vector',
    ]
    assert.deepEqual(await refusals(api.kubectl, ['create', '--dry-run=server', '-f', '-'], cluster('demo', { jvm: { options } })), [])
  })
})

type Change = {
  readonly what: string
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: object
  readonly change: object
  /** Absent: accepted. */
  readonly cause?: string
}

const zones = [
  { name: 'rack1', zone: 'a', nodes: 1, readyNodes: 1 },
  { name: 'rack2', zone: 'b', nodes: 1, readyNodes: 1 },
]
const running = { datacenters: [{ name: 'dc1', nodes: 2, readyNodes: 2, racks: zones }] }
const ABC = [{ name: 'a', zone: 'z1' }, { name: 'b' }, { name: 'c' }]
const KEPT_RACKS =
  'spec.racks: Forbidden: this version of Ringkeeper keeps racks: a rack cannot be removed or moved to another zone; put it back as it was'
const FIRST_RACKS =
  'spec.racks: Forbidden: when racks is first set it must name every rack that is running, with its zone; copy them from status.datacenters[].racks'
const tooFew = (exist: number, wanted: number) =>
  `spec.nodes: Forbidden: ${exist} nodes exist (status.nodes), and this version of Ringkeeper adds nodes and does not remove them: nodes cannot be ${wanted}; keep it at ${exist} or more`
const downgrade = (from: string, to: string) =>
  `spec.version: Forbidden: from ${from} to ${to} is a downgrade, which Cassandra cannot do; restore a backup into a new cluster instead`
const CLUSTER_NAME = `spec.clusterName: Forbidden: clusterName is immutable: it is written into every node; ${OTHER}`
const AUTH = `spec.auth.enabled: Forbidden: auth.enabled is immutable: clients would lose access, or everybody gain it; ${OTHER}`
const STORAGE_CLASS = `spec.storage.storageClassName: Forbidden: storageClassName cannot change in place: the volumes keep their class; ${OTHER}`

const changes: readonly Change[] = [
  { what: 'version 5.0.9 → 4.1.11', change: { version: '4.1.11' }, cause: downgrade('5.0.9', '4.1.11') },
  { what: 'version 4.1.11 → 4.0.20', spec: { version: '4.1.11' }, change: { version: '4.0.20' }, cause: downgrade('4.1.11', '4.0.20') },
  { what: 'version 5.0.9 → 5.0', change: { version: '5.0' }, cause: `spec.version: Forbidden: "5.0" ${VERSION_RULE}` },
  { what: 'version 4.0.20 → 5.0.9', spec: { version: '4.0.20' }, change: { version: '5.0.9' } },
  { what: 'version 5.0.9 → 5.0.8, the same release', change: { version: '5.0.8' } },
  {
    what: 'another numTokens',
    change: { numTokens: 32 },
    cause: `spec.numTokens: Forbidden: numTokens is immutable: a node keeps its tokens for life; ${OTHER}`,
  },
  { what: 'another clusterName', spec: { clusterName: 'one' }, change: { clusterName: 'two' }, cause: CLUSTER_NAME },
  { what: 'a first clusterName', change: { clusterName: 'two' }, cause: CLUSTER_NAME },
  { what: 'no clusterName any more', spec: { clusterName: 'one' }, change: { clusterName: null }, cause: CLUSTER_NAME },
  { what: 'auth.enabled off, where auth was absent', change: { auth: { enabled: false } }, cause: AUTH },
  { what: 'auth.enabled on', spec: { auth: { enabled: false } }, change: { auth: { enabled: true } }, cause: AUTH },
  { what: 'auth dropped where it was off', spec: { auth: { enabled: false } }, change: { auth: null }, cause: AUTH },
  { what: 'auth written out as it is', change: { auth: { enabled: true, superuserSecretRef: { name: 'mine' } } } },
  {
    what: 'another storage class',
    spec: { storage: { size: '1Gi', storageClassName: 'fast' } },
    change: { storage: { storageClassName: 'slow' } },
    cause: STORAGE_CLASS,
  },
  { what: 'a first storage class', change: { storage: { storageClassName: 'slow' } }, cause: STORAGE_CLASS },
  {
    what: 'another size of the volumes',
    change: { storage: { size: '20Gi' } },
    cause:
      'spec.storage.size: Forbidden: from 10Gi to 20Gi: this version of Ringkeeper cannot change the size of volumes; keep 10Gi, or make another cluster',
  },
  { what: 'another retention', change: { storage: { retention: { whenDeleted: 'Delete' } } } },
  { what: 'fewer nodes than exist', spec: { nodes: 5 }, status: { nodes: 4 }, change: { nodes: 3 }, cause: tooFew(4, 3) },
  { what: 'as many nodes as exist', spec: { nodes: 5 }, status: { nodes: 4 }, change: { nodes: 4 } },
  { what: 'more nodes', spec: { nodes: 5 }, status: { nodes: 4 }, change: { nodes: 6 } },
  { what: 'fewer nodes before any exists', spec: { nodes: 5 }, change: { nodes: 1 } },
  { what: 'another field while more nodes exist than are wanted', spec: { nodes: 3 }, status: { nodes: 4 }, change: { paused: true } },
  {
    what: 'racks dropped',
    spec: { racks: ABC },
    change: { racks: null },
    cause: 'spec.racks: Forbidden: racks cannot be dropped once set; put them back',
  },
  { what: 'one rack removed', spec: { racks: ABC }, change: { racks: ABC.slice(0, 2) }, cause: KEPT_RACKS },
  { what: 'a rack renamed', spec: { racks: ABC }, change: { racks: [...ABC.slice(0, 2), { name: 'd' }] }, cause: KEPT_RACKS },
  {
    what: 'a rack in another zone',
    spec: { racks: ABC },
    change: { racks: [{ name: 'a', zone: 'z2' }, ...ABC.slice(1)] },
    cause: KEPT_RACKS,
  },
  {
    what: 'a rack that gets a zone',
    spec: { racks: ABC },
    change: { racks: [...ABC.slice(0, 2), { name: 'c', zone: 'z2' }] },
    cause: KEPT_RACKS,
  },
  { what: 'a rack more', spec: { racks: ABC }, change: { racks: [...ABC, { name: 'd' }] } },
  {
    what: 'a rack with another node selector',
    spec: { racks: [{ name: 'a' }] },
    change: { racks: [{ name: 'a', nodeSelector: { disk: 'ssd' } }] },
  },
  {
    what: 'first racks without one that is running',
    status: running,
    change: { racks: [{ name: 'rack1', zone: 'a' }] },
    cause: FIRST_RACKS,
  },
  {
    what: 'first racks in other zones',
    status: running,
    change: {
      racks: [
        { name: 'rack1', zone: 'b' },
        { name: 'rack2', zone: 'a' },
      ],
    },
    cause: FIRST_RACKS,
  },
  {
    what: 'first racks as they are running',
    status: running,
    change: {
      racks: [
        { name: 'rack1', zone: 'a' },
        { name: 'rack2', zone: 'b' },
      ],
    },
  },
]

describe('a change', () => {
  for (const [index, { what, spec, status, change, cause }] of changes.entries()) {
    test(`${cause === undefined ? 'is accepted' : 'is refused'}: ${what}`, async () => {
      const name = `change-${index}`
      await api.kubectl.run(['create', '-f', '-'], cluster(name, spec))
      if (status !== undefined) await api.kubectl.run(patch('cass', name, { status }, '--subresource=status'))
      const answer = await refusals(api.kubectl, patch('cass', name, { spec: change }))
      assert.deepEqual(answer, cause === undefined ? [] : [cause])
    })
  }
})

describe('status', () => {
  test('can be written whatever spec and status say about each other', async () => {
    await api.kubectl.run(['create', '-f', '-'], cluster('status', { nodes: 3 }))
    for (const nodes of [2, 3, 7, 1]) {
      const status = { nodes, datacenters: [{ name: 'dc1', nodes, readyNodes: 0, racks: [] }] }
      assert.deepEqual(await refusals(api.kubectl, patch('cass', 'status', { status }, '--subresource=status')), [])
    }
  })

  test('is not written with the spec', async () => {
    await api.kubectl.run(['create', '-f', '-'], cluster('status-of-user'))
    await api.kubectl.run(patch('cass', 'status-of-user', { status: { nodes: 9 } }))
    const stored = await api.kubectl.get<{ status?: object }>(['cass', 'status-of-user'])
    assert.equal(stored?.status, undefined)
  })
})

test('nine lines are a whole manifest', async () => {
  const manifest = `apiVersion: ringkeeper.io/v1alpha1
kind: CassandraCluster
metadata:
  name: demo
spec:
  version: 5.0.9
  nodes: 3
  storage:
    size: 10Gi
`
  await api.kubectl.run(['apply', '-f', '-'], manifest)
  const stored = await api.kubectl.get<{ spec: object }>(['cass', 'demo'])
  assert.deepEqual(stored?.spec, {
    version: '5.0.9',
    nodes: 3,
    storage: { size: '10Gi' },
    numTokens: 16,
    antiAffinity: 'Preferred',
    paused: false,
    deletionProtection: false,
  })
})
