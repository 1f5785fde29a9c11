import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Options, snapshot } from '../../test/snapshots.ts'
import { checkSpec } from '../snapshot/check-spec.ts'
import { rackOf } from '../snapshot/gather.ts'
import { createRevisions } from '../snapshot/revisions.ts'
import { pod, podTemplate } from './pod.ts'

type Security = Readonly<Record<string, unknown>> & { readonly capabilities?: { readonly drop: readonly string[]; readonly add?: unknown } }
type Container = {
  readonly name: string
  readonly securityContext: Security
  readonly resources: { readonly limits?: Readonly<Record<string, unknown>> }
  readonly ports?: readonly object[]
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[]
}
type Spec = Readonly<Record<string, unknown>> & {
  readonly securityContext: Readonly<Record<string, unknown>>
  readonly initContainers: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes: readonly Readonly<Record<string, unknown>>[]
}

function input(spec: Options['spec'] = {}, change: { readonly ownImage?: string; readonly hostID?: string } = {}) {
  const { cluster, nodes } = snapshot({ stages: ['recorded'], spec })
  const node = nodes[0]?.record
  assert.ok(node !== undefined)
  return { cluster, node, rack: rackOf(cluster, node), heapMiB: 1024, ownImage: 'ringkeeper:1', hostID: undefined, ...change }
}
const revisionOf = createRevisions()
const specOf = (spec: Options['spec'] = {}) => podTemplate(input(spec)).spec as Spec
const containers = (spec: Spec) => [...spec.initContainers, ...spec.containers]

describe('Pod Security restricted, by structure', () => {
  const spec = specOf()
  test('every container: no root, no escalation, no capability, a file system that is read only', () => {
    assert.equal(spec.securityContext.runAsNonRoot, true)
    assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' })
    assert.deepEqual(
      containers(spec).map(({ name }) => name),
      ['install', 'agent', 'cassandra'],
    )
    for (const { securityContext } of containers(spec)) {
      assert.equal(securityContext.allowPrivilegeEscalation, false)
      assert.equal(securityContext.readOnlyRootFilesystem, true)
      assert.deepEqual(securityContext.capabilities, { drop: ['ALL'] })
      for (const key of ['privileged', 'procMount', 'runAsUser', 'seLinuxOptions', 'windowsOptions'])
        assert.ok(!(key in securityContext), key)
    }
  })
  test('nothing of the machine: no host namespace, no host port, no volume of a kind that is not allowed', () => {
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'nodeName', 'serviceAccountName']) assert.ok(!(key in spec), key)
    for (const { ports = [] } of containers(spec)) for (const port of ports) assert.ok(!('hostPort' in port))
    const kinds = spec.volumes.map((volume) =>
      Object.keys(volume)
        .filter((key) => key !== 'name')
        .join(),
    )
    assert.deepEqual([...new Set(kinds)].sort(), ['emptyDir', 'persistentVolumeClaim', 'secret'])
  })
  test('no token of the API server, and no Secret in the environment', () => {
    assert.equal(spec.automountServiceAccountToken, false)
    const values = containers(spec).flatMap(({ env = [] }) => env.map(({ valueFrom }) => Object.keys(valueFrom ?? {}).join()))
    assert.deepEqual([...new Set(values)].sort(), ['', 'fieldRef'])
  })
})

describe('the revision', () => {
  const revision = (spec: Options['spec'] = {}) => {
    const { cluster, node } = input(spec)
    return revisionOf(cluster, node, 1024)
  }
  test('another image of ours, a host id, a status restart nothing', () => {
    const { cluster, node } = input()
    assert.notDeepEqual(podTemplate(input({}, { ownImage: 'ringkeeper:2', hostID: 'h' })), podTemplate(input()), 'they are in the pod')
    const known = { ...node, status: { hostID: 'h', ip: '10.0.0.1' } }
    const racks = [{ name: 'rack1', nodes: 9, readyNodes: 9 }]
    const later = { ...cluster, status: { ...cluster.status, datacenters: [{ name: 'dc1', nodes: 9, readyNodes: 9, racks }] } }
    assert.equal(revisionOf(later, known, 1024), revision())
  })
  test('what concerns no pod restarts none', () => {
    for (const spec of [{ nodes: 9 }, { paused: true }, { deletionProtection: true }]) assert.equal(revision(spec), revision())
  })
  test('version, image, configuration, JVM, resources, placement do', () => {
    const changes: readonly Options['spec'][] = [
      { version: '5.0.8' },
      { image: 'mirror/cassandra:5.0.9' },
      { config: { concurrent_reads: 64 } },
      { jvm: { options: ['-XX:+UseZGC'] } },
      { resources: { limits: { memory: '4Gi' } } },
      { agent: { resources: { limits: { memory: '1Gi' } } } },
      { antiAffinity: 'Required' },
      { racks: [{ name: 'rack1', zone: 'a' }] },
      { imagePullSecrets: [{ name: 'mirror' }] },
    ]
    const revisions = changes.map(revision)
    assert.equal(new Set([revision(), ...revisions]).size, changes.length + 1)
    const { cluster, node } = input()
    assert.notEqual(revisionOf(cluster, node, 2048), revision())
  })
})

describe('placement', () => {
  test('a zone and a selector of the rack', () => {
    const spec = specOf({ racks: [{ name: 'rack1', zone: 'a', nodeSelector: { disk: 'ssd' } }] })
    assert.deepEqual(spec.nodeSelector, { disk: 'ssd', 'topology.kubernetes.io/zone': 'a' })
    assert.ok(!('nodeSelector' in specOf()))
  })
  test('never, rather not, or as it comes on one machine with another node', () => {
    assert.match(JSON.stringify(specOf({ antiAffinity: 'Required' }).affinity), /^\{"podAntiAffinity":\{"required/)
    assert.match(JSON.stringify(specOf().affinity), /^\{"podAntiAffinity":\{"preferred/)
    assert.equal(specOf({ antiAffinity: 'None' }).affinity, undefined)
  })
})

test('quantities that YAML reads as numbers are taken as they are', () => {
  const resources = { requests: { cpu: 2 }, limits: { memory: 4 * 2 ** 30 } }
  const { cluster } = input({ resources })
  assert.deepEqual(checkSpec(cluster), { ok: true, heapMiB: 2048 })
  assert.deepEqual(specOf({ resources }).containers[0]?.resources, resources)
})

test('the pod is owned by the record of its node, under the same name', () => {
  const made = pod(input(), 'r', true) as { metadata: { name: string; ownerReferences: readonly object[]; labels: Record<string, string> } }
  assert.equal(made.metadata.name, 'demo-dc1-rack1-0')
  assert.deepEqual(made.metadata.ownerReferences, [
    {
      apiVersion: 'ringkeeper.io/v1alpha1',
      kind: 'CassandraNode',
      name: 'demo-dc1-rack1-0',
      uid: 'record-0',
      controller: true,
      blockOwnerDeletion: false,
    },
  ])
  assert.equal(made.metadata.labels['ringkeeper.io/seed'], 'true')
})

test('Cassandra is asked to drain before it is stopped, and the drain leaves it time to end by itself', () => {
  const spec = specOf()
  const [cassandra] = spec.containers as readonly {
    readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: readonly string[] } } }
  }[]
  const [shell, script, seconds] = cassandra?.lifecycle?.preStop.exec.command ?? []
  assert.deepEqual([shell, script], ['sh', '/ringkeeper/stop.sh'])
  assert.ok(Number(seconds) > 0 && Number(seconds) <= Number(spec.terminationGracePeriodSeconds) - 60)
})
