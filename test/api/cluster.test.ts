// What the API server answers to a new CassandraCluster: the whole text of each refusal, as kubectl prints it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, startApi } from './control-plane.ts'
import { cluster, refusals } from './objects.ts'

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
