// What the API server answers to a change of a CassandraCluster: the whole text of each refusal, as kubectl prints it.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Api, startApi } from './control-plane.ts'
import { cluster, patch, refusals } from './objects.ts'

let api: Api
before(async () => {
  api = await startApi()
})
after(() => api?.stop())

type Change = {
  readonly what: string
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: object
  readonly change: object
  /** Absent: accepted. */
  readonly cause?: string
}

const OTHER = 'take the change back, or make another cluster'
const zones = [
  { name: 'rack1', zone: 'a', nodes: 1, readyNodes: 1 },
  { name: 'rack2', zone: 'b', nodes: 1, readyNodes: 1 },
]
const running = { datacenters: [{ name: 'dc1', nodes: 2, readyNodes: 2, racks: zones }] }
/** The operator has recorded racks. */
const made = { datacenters: [{ name: 'dc1', nodes: 0, readyNodes: 0, racks: [] }] }
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
  {
    what: 'version 5.0.9 → 5.0',
    change: { version: '5.0' },
    cause: 'spec.version: Forbidden: "5.0" is no exact version; write its three numbers, such as "5.0.9"',
  },
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
    status: made,
    change: { storage: { storageClassName: 'slow' } },
    cause: STORAGE_CLASS,
  },
  {
    what: 'another storage class before anything was made',
    spec: { storage: { size: '1Gi', storageClassName: 'fast' } },
    change: { storage: { storageClassName: 'slow' } },
  },
  { what: 'a first storage class', status: made, change: { storage: { storageClassName: 'slow' } }, cause: STORAGE_CLASS },
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
    status: made,
    change: { racks: null },
    cause: 'spec.racks: Forbidden: racks cannot be dropped once set; put them back',
  },
  { what: 'other racks before anything was made', spec: { racks: ABC }, change: { racks: [{ name: 'x', zone: 'z2' }] } },
  { what: 'one rack removed', spec: { racks: ABC }, status: made, change: { racks: ABC.slice(0, 2) }, cause: KEPT_RACKS },
  { what: 'a rack renamed', spec: { racks: ABC }, status: made, change: { racks: [...ABC.slice(0, 2), { name: 'd' }] }, cause: KEPT_RACKS },
  {
    what: 'a rack in another zone',
    spec: { racks: ABC },
    status: made,
    change: { racks: [{ name: 'a', zone: 'z2' }, ...ABC.slice(1)] },
    cause: KEPT_RACKS,
  },
  {
    what: 'a rack that gets a zone',
    spec: { racks: ABC },
    status: made,
    change: { racks: [...ABC.slice(0, 2), { name: 'c', zone: 'z2' }] },
    cause: KEPT_RACKS,
  },
  { what: 'a rack more', spec: { racks: ABC }, status: made, change: { racks: [...ABC, { name: 'd' }] } },
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
