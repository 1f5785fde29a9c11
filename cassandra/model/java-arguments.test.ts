import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { NodeSettings } from '../../api/agent.ts'
import { javaArguments } from './java-arguments.ts'

function argumentsOf(change: Partial<NodeSettings> = {}, javaMajor = 17): readonly string[] {
  const settings: NodeSettings = {
    clusterUID: 'c-1',
    clusterName: 'demo-1a2b3c4d',
    node: 'demo-dc1-rack1-0',
    nodeUID: 'n-1',
    datacenter: 'dc1',
    rack: 'rack1',
    version: '5.0.9',
    numTokens: 16,
    seedService: 'demo-seeds.shop.svc',
    heapMiB: 3072,
    jvmOptions: [],
    config: {},
    authEnabled: true,
    ...change,
  }
  return javaArguments({
    settings,
    home: '/opt/cassandra',
    jars: ['apache-cassandra-5.0.9.jar', 'jamm-0.4.0.jar'],
    javaMajor,
    configDir: '/ringkeeper/conf',
    logDir: '/ringkeeper/logs',
  })
}

/** What Java uses: of two options with this beginning the last one. */
const effective = (all: readonly string[], beginning: string) => all.findLast((argument) => argument.startsWith(beginning))

/** Beginning of an option that Ringkeeper owns, and what it must stay. */
const owned: readonly (readonly [string, string])[] = [
  ['-Xms', '-Xms3072M'],
  ['-Xmx', '-Xmx3072M'],
  ['-XX:+ExitOnOutOfMemoryError', '-XX:+ExitOnOutOfMemoryError'],
  ['-Dcassandra.config=', '-Dcassandra.config=file:///ringkeeper/conf/cassandra.yaml'],
  ['-Dcassandra-rackdc.properties=', '-Dcassandra-rackdc.properties=file:///ringkeeper/conf/cassandra-rackdc.properties'],
  ['-Dlogback.configurationFile=', '-Dlogback.configurationFile=/ringkeeper/conf/logback.xml'],
  ['-Dcassandra.logdir=', '-Dcassandra.logdir=/ringkeeper/logs'],
  ['-Dcassandra.storagedir=', '-Dcassandra.storagedir=/var/lib/cassandra'],
  ['-Dcassandra-foreground=', '-Dcassandra-foreground=yes'],
]

test('no option of the user comes after one that Ringkeeper owns', () => {
  const hostile = fc.tuple(fc.constantFrom(...owned), fc.string()).map(([[beginning], end]) => `${beginning}${end}`)
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 8 }), (jvmOptions) => {
      const all = argumentsOf({ jvmOptions })
      for (const [beginning, value] of owned) assert.equal(effective(all, beginning), value)
      assert.deepEqual(all.slice(-3), ['-cp', '/ringkeeper/conf:/opt/cassandra/lib/*', 'org.apache.cassandra.service.CassandraDaemon'])
    }),
  )
})

test('switching the end on lost memory off has no effect', () => {
  const all = argumentsOf({ jvmOptions: ['-XX:-ExitOnOutOfMemoryError'] })
  assert.ok(all.indexOf('-XX:-ExitOnOutOfMemoryError') < all.indexOf('-XX:+ExitOnOutOfMemoryError'))
})

test('the options of the user come in order, after the defaults that they may change', () => {
  const all = argumentsOf({ jvmOptions: ['-XX:MaxGCPauseMillis=200', '-Dcassandra.ring_delay_ms=5000'] })
  const first = all.indexOf('-XX:MaxGCPauseMillis=200')
  assert.ok(all.indexOf('-XX:MaxGCPauseMillis=300') < first)
  assert.equal(all[first + 1], '-Dcassandra.ring_delay_ms=5000')
})

test('the collector is G1 unless the user chose one: Java does not start with two', () => {
  const collectors = (jvmOptions: readonly string[]) => argumentsOf({ jvmOptions }).filter((one) => /^-XX:\+Use\w+GC$/.test(one))
  assert.deepEqual(collectors([]), ['-XX:+UseG1GC'])
  assert.deepEqual(collectors(['-XX:+UseZGC']), ['-XX:+UseZGC'])
})

test('modules are opened from Java 11 on; Java 8 does not know the option', () => {
  assert.equal(
    argumentsOf({}, 8).some((one) => one.startsWith('--add-')),
    false,
  )
  assert.ok(argumentsOf({}, 11).includes('--add-opens=java.base/java.nio=ALL-UNNAMED'))
})

test('a security manager is allowed where 4.x sets one under Java 17', () => {
  const allows = (version: string, javaMajor: number) => argumentsOf({ version }, javaMajor).includes('-Djava.security.manager=allow')
  assert.deepEqual([allows('4.1.10', 17), allows('4.0.17', 17), allows('4.1.10', 11), allows('5.0.9', 17)], [true, true, false, false])
})

test('jamm is loaded by the name that the image has', () => {
  assert.ok(argumentsOf().includes('-javaagent:/opt/cassandra/lib/jamm-0.4.0.jar'))
})

test('Jolokia listens inside the pod only, with more than one thread', () => {
  const jolokia = argumentsOf().find((one) => one.startsWith('-javaagent:/ringkeeper/jolokia.jar='))
  assert.match(jolokia ?? '', /host=127\.0\.0\.1/)
  assert.match(jolokia ?? '', /executor=cached/)
})
