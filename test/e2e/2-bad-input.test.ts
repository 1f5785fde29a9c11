// Wrong manifests against a running ring: one clear message where the user looks first, the nodes untouched, and the good
// manifest ends it.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { type Demo, NAMESPACE } from './demo-cluster.ts'
import { eventually } from './eventually.ts'
import { whilePatched } from './patched.ts'
import { readyDemo } from './shared-cluster.ts'

let demo: Demo
before(async () => {
  demo = await readyDemo()
})

/** What identifies the running processes: the pods, and that no container was started again. */
async function running(): Promise<readonly string[]> {
  const pods = await demo.pods()
  return pods.map(({ metadata, status }) => `${metadata.uid} ${status.containerStatuses?.map((c) => c.restartCount).join()}`).sort()
}

/** Applies a bad change, reads what the cluster says, and takes the change back. */
async function refusedInStatus(bad: object, good: object, reason: string, words: RegExp): Promise<void> {
  const before = await running()
  await whilePatched(demo, bad, good, async () => {
    assert.match(await demo.reason(reason, 60_000), words)
    const { status } = await demo.cluster()
    const condition = (type: string) => status?.conditions?.find((c) => c.type === type)?.status
    assert.equal(condition('Ready'), 'False')
    assert.equal(condition('Stalled'), 'True')
    assert.equal(condition('Available'), 'True', 'the ring serves on')
    assert.deepEqual(await running(), before)
  })
  assert.deepEqual(await running(), before)
}

describe('a spec that only the operator can judge', () => {
  test('a key that Cassandra does not know', () =>
    refusedInStatus(
      { config: { compaction_throughputs: '64MiB/s' } },
      { config: null },
      'ConfigRejected',
      /spec\.config\.compaction_throughputs.*compaction_throughput\b/,
    ))

  test('a value of the wrong type', () =>
    refusedInStatus(
      { config: { concurrent_reads: 'many' } },
      { config: null },
      'ConfigRejected',
      /spec\.config\.concurrent_reads is "many"/,
    ))

  test('a heap larger than the limit', () =>
    refusedInStatus(
      { resources: { limits: { memory: '2Gi' } }, jvm: { heapSize: '3Gi' } },
      { resources: null, jvm: null },
      'InvalidSpec',
      /spec\.jvm\.heapSize is 3Gi.*2Gi/,
    ))

  test('a Secret of the superuser without a password', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'half' }, stringData: { username: 'root' } }
    await demo.kubectl.run(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify(secret))
    await refusedInStatus(
      { auth: { superuserSecretRef: { name: 'half' } } },
      { auth: null },
      'SecretInvalid',
      /Secret half has no password/,
    )
  })

  test('fewer nodes: refused, and nothing happens', async () => {
    const before = await running()
    const { code, stderr } = await demo.kubectl.try(['-n', NAMESPACE, 'scale', 'cass', 'demo', '--replicas=2'])
    assert.notEqual(code, 0)
    assert.match(stderr, /spec\.nodes.*adds nodes and does not remove them.*keep it at 3 or more/)
    assert.deepEqual(await running(), before)
  })
})

describe('a cluster that cannot begin', () => {
  const begin = async (name: string, spec: object): Promise<void> => {
    const body = {
      apiVersion: 'ringkeeper.io/v1alpha1',
      kind: 'CassandraCluster',
      metadata: { name },
      spec: { version: '5.0.9', storage: { size: '1Gi' }, ...spec },
    }
    await demo.kubectl.run(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify(body))
  }
  const says = (name: string, namespace: string, words: RegExp) =>
    eventually(`${name} says ${words}`, 60_000, async () => {
      const text = await demo.kubectl.run(['-n', namespace, 'get', 'cass', name, '-o', 'jsonpath={.status.conditions}'])
      if (!words.test(text)) throw new Error(text)
      return text
    })
  const remove = async (name: string, namespace: string): Promise<void> => {
    await demo.kubectl.run(['-n', namespace, 'delete', 'cass', name, '--wait=true'])
    await demo.kubectl.run(['-n', namespace, 'delete', 'pvc', '-l', `ringkeeper.io/cluster=${name}`])
    await eventually(`the pods of ${name} are gone`, 60_000, async () => {
      const pods = await demo.kubectl.run(['-n', namespace, 'get', 'pods', '-l', `ringkeeper.io/cluster=${name}`, '-o', 'name'])
      return pods === ''
    })
  }

  test('a storage class that does not exist', async () => {
    await begin('noclass', { storage: { size: '1Gi', storageClassName: 'fast-ssd' } })
    await says('noclass', NAMESPACE, /spec\.storage\.storageClassName is fast-ssd.*local/)
    await remove('noclass', NAMESPACE)
  })

  test('a rack in a zone without a machine', async () => {
    await begin('nozone', { racks: [{ name: 'a', zone: 'mars-1' }] })
    await says('nozone', NAMESPACE, /mars-1.*zone-1/)
    await remove('nozone', NAMESPACE)
  })

  test('a namespace that forbids the pods', async () => {
    await demo.kubectl.run(['create', 'namespace', 'tight'])
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none' }, spec: { hard: { pods: '0' } } }
    await demo.kubectl.run(['-n', 'tight', 'apply', '-f', '-'], JSON.stringify(quota))
    const body = {
      apiVersion: 'ringkeeper.io/v1alpha1',
      kind: 'CassandraCluster',
      metadata: { name: 'tight' },
      spec: { version: '5.0.9', storage: { size: '1Gi' } },
    }
    await demo.kubectl.run(['-n', 'tight', 'apply', '-f', '-'], JSON.stringify(body))
    await says('tight', 'tight', /InvalidPodTemplate.*quota/)
    await demo.kubectl.run(['delete', 'namespace', 'tight', '--wait=true'])
  })
})
