// What kubectl shows and does with the kinds: columns, names, explanations, scaling.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { eventually } from '../e2e/eventually.ts'
import { type Api, startApi } from './control-plane.ts'
import { cluster, node, operator, patch, refusals } from './objects.ts'

let api: Api
before(async () => {
  api = await startApi()
  await api.kubectl.run(['create', '-f', '-'], cluster('demo', { nodes: 3 }))
  const condition = (type: string, status: string, reason: string) => ({
    type,
    status,
    reason,
    message: '3 of 3 nodes are up; one schema version',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const status = {
    conditions: [condition('Available', 'True', 'QuorumHolds'), condition('Ready', 'True', 'Healthy')],
    nodes: 3,
    readyNodes: 3,
    nodesReady: '3/3',
    version: '5.0.9',
    datacenterNames: 'dc1',
    scale: { nodes: 3, selector: 'ringkeeper.io/cluster=demo' },
  }
  await api.kubectl.run(patch('cass', 'demo', { status }, '--subresource=status'))
  for (const [ordinal, state] of ['UN', 'DN'].entries()) {
    const name = `demo-dc1-rack1-${ordinal}`
    await api.kubectl.run(['create', '-f', '-', ...operator], node(name, { ordinal }))
    const nodeStatus = {
      state,
      load: '13.1 GiB',
      owns: '100%',
      version: '5.0.9',
      ip: '10.0.0.7',
      tokens: 16,
      kubernetesNode: 'kube-1',
      hostID: 'h-1',
    }
    await api.kubectl.run(patch('cassn', name, { status: nodeStatus }, '--subresource=status'))
  }
})
after(() => api?.stop())

/** The rows of a table of kubectl; columns are two or more blanks apart. */
async function table(...args: readonly string[]): Promise<readonly (readonly string[])[]> {
  const text = await api.kubectl.run(['get', ...args])
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s{2,}/))
}

const CLUSTER_COLUMNS = ['NAME', 'AVAILABLE', 'NODES', 'STATUS', 'VERSION', 'DCS', 'AGE']
const NODE_COLUMNS = ['NAME', 'CLUSTER', 'DC', 'RACK', 'STATE', 'LOAD', 'OWNS', 'VERSION', 'AGE']

describe('kubectl get', () => {
  test('prints the state of clusters and nodes', async () => {
    const [clusterHead, demo, nodeHead, first, second] = await table('cass,cassn')
    assert.deepEqual(clusterHead, CLUSTER_COLUMNS)
    assert.deepEqual(demo?.slice(0, -1), ['cassandracluster.ringkeeper.io/demo', 'True', '3/3', 'Healthy', '5.0.9', 'dc1'])
    assert.deepEqual(nodeHead, NODE_COLUMNS)
    const row = (name: string, state: string) => [
      `cassandranode.ringkeeper.io/${name}`,
      'demo',
      'dc1',
      'rack1',
      state,
      '13.1 GiB',
      '100%',
      '5.0.9',
    ]
    assert.deepEqual(first?.slice(0, -1), row('demo-dc1-rack1-0', 'UN'))
    assert.deepEqual(second?.slice(0, -1), row('demo-dc1-rack1-1', 'DN'))
  })

  test('prints more when asked for more', async () => {
    const [clusterHead, demo] = await table('cass', '-o', 'wide')
    assert.deepEqual(clusterHead, [...CLUSTER_COLUMNS, 'OPERATION', 'MESSAGE'])
    assert.equal(demo?.at(-1), '3 of 3 nodes are up; one schema version')
    const [nodeHead, first] = await table('cassn', '-o', 'wide')
    assert.deepEqual(nodeHead, [...NODE_COLUMNS, 'IP', 'TOKENS', 'K8S NODE', 'HOST ID', 'MESSAGE'])
    assert.deepEqual(first?.slice(-4), ['10.0.0.7', '16', 'kube-1', 'h-1'])
  })

  test('knows the category, which holds both kinds', async () => {
    const names = (await api.kubectl.run(['get', 'cassandra', '-o', 'name'])).trim().split('\n')
    assert.deepEqual(names.sort(), [
      'cassandracluster.ringkeeper.io/demo',
      'cassandranode.ringkeeper.io/demo-dc1-rack1-0',
      'cassandranode.ringkeeper.io/demo-dc1-rack1-1',
    ])
  })

  const selectors = [
    ['status.state=DN', ['demo-dc1-rack1-1']],
    ['spec.clusterRef.name=demo,spec.datacenter=dc1,spec.rack=rack1', ['demo-dc1-rack1-0', 'demo-dc1-rack1-1']],
    ['spec.clusterRef.name=shop', []],
  ] as const
  for (const [selector, found] of selectors) {
    test(`selects nodes by ${selector}`, async () => {
      const names = await api.kubectl.run(['get', 'cassn', '--field-selector', selector, '-o', 'name'])
      assert.deepEqual(names.match(/[^/\s]+(?=\n)/g) ?? [], found)
    })
  }

  test('answers by short, singular and plural name', async () => {
    for (const name of ['cass', 'cassandracluster', 'cassandraclusters', 'cassandraclusters.ringkeeper.io']) {
      assert.equal((await api.kubectl.run(['get', name, 'demo', '-o', 'name'])).trim(), 'cassandracluster.ringkeeper.io/demo')
    }
  })
})

type Schema = {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: Schema
}
type Crd = {
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[] }
}

describe('kubectl explain', () => {
  for (const plural of ['cassandraclusters', 'cassandranodes']) {
    test(`has a sentence on every field of the spec of ${plural}`, async () => {
      const crd = await api.kubectl.get<Crd>(['crd', `${plural}.ringkeeper.io`])
      const spec = crd?.spec.versions[0]?.schema.openAPIV3Schema.properties?.spec
      assert.ok(spec?.properties !== undefined)
      assert.deepEqual(silentFields(spec, 'spec'), [])
    })
  }

  test('shows it', async () => {
    // The API server publishes the schema of a new kind after a moment.
    const text = await eventually('kubectl explain knows the kind', 30_000, () => api.kubectl.run(['explain', 'cass.spec.nodes']))
    assert.match(text, /FIELD: nodes <integer>/)
    assert.match(text, /Number of Cassandra nodes\./)
    assert.match(await api.kubectl.run(['explain', 'cassn.spec.ordinal']), /Number of the node in its rack\./)
  })
})

/** Paths of the fields without a description. */
function silentFields(schema: Schema, path: string): readonly string[] {
  const inside = [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => silentFields(field, `${path}.${name}`)),
    // Items and values are explained by the list or map that holds them; only their fields need words.
    ...[schema.items, schema.additionalProperties].flatMap((held) =>
      Object.entries(held?.properties ?? {}).flatMap(([name, field]) => silentFields(field, `${path}[].${name}`)),
    ),
  ]
  return (schema.description ?? '').length < 10 ? [path, ...inside] : inside
}

describe('kubectl scale', () => {
  const wanted = async (name: string): Promise<number | undefined> =>
    (await api.kubectl.get<{ spec: { nodes: number } }>(['cass', name]))?.spec.nodes

  test('changes nodes, and shows how many there are and which pods they are', async () => {
    await api.kubectl.run(['scale', 'cass', 'demo', '--replicas=5'])
    assert.equal(await wanted('demo'), 5)
    const scale = JSON.parse(
      await api.kubectl.run(['get', '--raw', '/apis/ringkeeper.io/v1alpha1/namespaces/default/cassandraclusters/demo/scale']),
    ) as { spec: object; status: object }
    assert.deepEqual(scale.spec, { replicas: 5 })
    assert.deepEqual(scale.status, { replicas: 3, selector: 'ringkeeper.io/cluster=demo' })
  })

  test('is refused below the nodes that exist', async () => {
    const [answer] = await refusals(api.kubectl, ['scale', 'cass', 'demo', '--replicas=2'])
    assert.match(answer ?? '', /spec\.nodes: Forbidden: 3 nodes exist \(status\.nodes\).*nodes cannot be 2; keep it at 3 or more$/)
  })

  for (const how of [[], ['--server-side']]) {
    test(`is not undone by a manifest without nodes that is applied again (${how[0] ?? 'client-side'})`, async () => {
      const name = how.length === 0 ? 'applied' : 'applied-by-server'
      const apply = ['apply', '-f', '-', ...how]
      await api.kubectl.run(apply, cluster(name))
      await api.kubectl.run(['scale', 'cass', name, '--replicas=6'])
      await api.kubectl.run(apply, cluster(name))
      assert.equal(await wanted(name), 6)
    })
  }
})
