// deploy/install.yaml on an API server that has nothing of ours.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { clusterRules, ownRules, type Rule } from '../../deploy/rbac.ts'
import { home } from '../../local/home.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Api, startApi } from './control-plane.ts'
import { cluster, node, refusals } from './objects.ts'

const file = join(home.checkout, 'deploy', 'install.yaml')
const apply = ['apply', '--server-side', '-f', file]
const account = '--as=system:serviceaccount:ringkeeper-system:ringkeeper'

let api: Api
before(async () => {
  api = await startApi(async () => undefined)
})
after(() => api?.stop())

describe('install.yaml', () => {
  test('is applied from nothing, and again', async () => {
    for (const _ of ['first', 'again']) {
      const { code, stderr } = await api.kubectl.try(apply)
      assert.equal(stderr, '')
      assert.equal(code, 0)
    }
    await api.kubectl.run(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '-l', 'app.kubernetes.io/part-of=ringkeeper'])
  })

  type Deployment = {
    readonly spec: { readonly replicas: number; readonly template: { readonly metadata: object; readonly spec: object } }
  }
  const operator = async (): Promise<Deployment> => {
    const found = await api.kubectl.get<Deployment>(['-n', 'ringkeeper-system', 'deployment', 'ringkeeper'])
    assert.ok(found !== undefined)
    return found
  }

  test('its pods pass Pod Security restricted, which the namespace enforces', async () => {
    const { replicas, template } = (await operator()).spec
    assert.equal(replicas, 2)
    const create = ['-n', 'ringkeeper-system', 'create', '--dry-run=server', '-f', '-']
    const pod = (spec: object) => JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { ...template.metadata, name: 'probe' }, spec })
    const { code, stderr } = await api.kubectl.try(create, pod(template.spec))
    assert.equal(stderr, '')
    assert.equal(code, 0)
    const [refusal] = await refusals(api.kubectl, create, pod({ ...template.spec, hostNetwork: true }))
    assert.match(refusal ?? '', /violates PodSecurity "restricted:latest": host namespaces/)
  })

  test('every container has a read-only root file system', async () => {
    const { spec } = (await operator()).spec.template as {
      spec: { containers: { securityContext: { readOnlyRootFilesystem: boolean } }[] }
    }
    assert.deepEqual(
      spec.containers.map(({ securityContext }) => securityContext.readOnlyRootFilesystem),
      [true],
    )
  })
})

describe('the rights of the operator', () => {
  test('are the rules of deploy/rbac.ts and nothing else', async () => {
    assert.deepEqual(await rightsIn('default'), expected(clusterRules))
    assert.deepEqual(await rightsIn('ringkeeper-system'), expected([...clusterRules, ...ownRules]))
  })

  test('let it make CassandraNodes, which nobody else may', async () => {
    const create = ['create', '--dry-run=server', '-f', '-']
    await eventually('the policies are in force', 30_000, async () => {
      const answers = await refusals(api.kubectl, create, node('demo-dc1-rack1-0'))
      return answers[0]?.includes('CassandraNodes are made by the operator')
    })
    assert.deepEqual(await refusals(api.kubectl, [...create, account], node('demo-dc1-rack1-0')), [])
  })

  for (const what of [
    'create pods --subresource=exec',
    'update cassandraclusters',
    'delete pvc',
    'delete secrets',
    'patch nodes',
    'create clusterroles',
  ]) {
    test(`do not include: ${what}`, async () => {
      const { stdout } = await api.kubectl.try(['auth', 'can-i', ...what.split(' '), account, '-n', 'default'])
      assert.equal(stdout.trim(), 'no')
    })
  }

  test('are in no role that users get', async () => {
    for (const role of ['edit', 'admin', 'view']) {
      const rules = JSON.stringify(await api.kubectl.get(['clusterrole', role]))
      assert.ok(!rules.includes('ringkeeper.io'), role)
    }
  })
})

describe('kubectl delete -f install.yaml', () => {
  test('keeps the CRDs and every cluster, and says how to delete them', async () => {
    await api.kubectl.run(['create', '-f', '-'], cluster('kept'))
    const { stderr } = await api.kubectl.try(['delete', '-f', file, '--wait=false'])
    assert.match(stderr, /deleting cassandraclusters\.ringkeeper\.io deletes every CassandraCluster with it/)
    assert.match(stderr, /deleting cassandranodes\.ringkeeper\.io deletes every CassandraNode with it/)
    assert.notEqual(await api.kubectl.get(['cass', 'kept']), undefined)
    assert.equal(await api.kubectl.get(['clusterrole', 'ringkeeper']), undefined)
  })
})

/** What the operator may do beyond what every service account may, as `kubectl auth can-i --list` prints it. */
async function rightsIn(namespace: string): Promise<readonly string[]> {
  const list = async (user: string) => {
    const text = await api.kubectl.run(['auth', 'can-i', '--list', '--no-headers', '-n', namespace, user])
    return text.split('\n').map((line) => line.trim().replace(/\s+/g, ' '))
  }
  const everybody = new Set(await list('--as=system:serviceaccount:ringkeeper-system:nobody'))
  const rows = (await list(account)).filter((line) => !everybody.has(line))
  return rows.map((row) => rowOf(row)).sort()
}

function rowOf(line: string): string {
  const [, resource = '', names = '', verbs = ''] = /^(\S+) \[\] \[(.*?)\] \[(.*)\]$/.exec(line) ?? assert.fail(line)
  return row(resource, names, verbs.split(' '))
}

function expected(rules: readonly Rule[]): readonly string[] {
  return rules
    .flatMap(({ apiGroup, resources, names = [], verbs }) =>
      resources.map((resource) => {
        const [plural = '', subresource] = resource.split('/')
        const qualified = `${plural}${apiGroup === '' ? '' : `.${apiGroup}`}${subresource === undefined ? '' : `/${subresource}`}`
        return row(qualified, names.join(' '), verbs)
      }),
    )
    .sort()
}

function row(resource: string, names: string, verbs: readonly string[]): string {
  return `${resource} [${names}] ${[...verbs].sort().join(' ')}`
}
