// The Helm chart: what it renders, what it refuses, and what install, upgrade and uninstall do on a real API server.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { home } from '../../local/home.ts'
import { type Api, startApi } from './control-plane.ts'
import { chart, createHelm, type Helm } from './helm.ts'
import { cluster } from './objects.ts'

type Manifest = { readonly kind: string; readonly metadata: { readonly name: string } }

const release = ['ringkeeper', chart, '-n', 'ringkeeper-system']
const CRD = 'cassandraclusters.ringkeeper.io'

/** The objects of a YAML text by kind and name. */
function objects(text: string): ReadonlyMap<string, Manifest> {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as Manifest | null)
  return new Map(documents.flatMap((object) => (object === null ? [] : [[`${object.kind} ${object.metadata.name}`, object]])))
}

describe('the chart', () => {
  let helm: Helm
  before(async () => {
    helm = await createHelm()
  })
  const rendered = async (...args: readonly string[]) => objects(await helm('template', ...release, ...args))

  test('passes helm lint', async () => {
    assert.match(await helm('lint', '--strict', chart), /1 chart\(s\) linted, 0 chart\(s\) failed/)
  })

  test('with its defaults is install.yaml, but for the namespace that Helm itself makes', async () => {
    const wanted = new Map(objects(readFileSync(join(home.checkout, 'deploy', 'install.yaml'), 'utf8')))
    assert.ok(wanted.delete('Namespace ringkeeper-system'))
    const found = await rendered()
    assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort())
    for (const [name, object] of wanted) assert.deepEqual(found.get(name), object, name)
  })

  type Deployment = {
    readonly spec: {
      readonly replicas: number
      readonly template: {
        readonly metadata: { readonly annotations: Readonly<Record<string, string>> }
        readonly spec: {
          readonly containers: readonly { readonly image: string; readonly env: readonly { readonly value?: string }[] }[]
        } & Readonly<Record<string, unknown>>
      }
    }
  }
  const deployment = async (...args: readonly string[]) => (await rendered(...args)).get('Deployment ringkeeper') as unknown as Deployment

  const digest = `sha256:${'0123456789abcdef'.repeat(4)}`
  const images: readonly (readonly [set: string, image: string])[] = [
    ['image.tag=1.2.3', 'ringkeeper/ringkeeper:1.2.3'],
    ['image.repository=mirror/rk', 'mirror/rk:0.1.0'],
    [`image.tag=1.2.3,image.digest=${digest}`, `ringkeeper/ringkeeper@${digest}`],
  ]
  for (const [set, image] of images) {
    test(`takes ${set} for the operator and for what it gives to the Cassandra pods`, async () => {
      const [container] = (await deployment('--set', set)).spec.template.spec.containers
      assert.equal(container?.image, image)
      assert.equal(container?.env[0]?.value, image)
    })
  }

  test('puts every other value where it belongs', async () => {
    const set = {
      replicas: 1,
      imagePullSecrets: [{ name: 'pull' }],
      resources: { requests: { cpu: 1 }, limits: { memory: '1Gi' } },
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { podAntiAffinity: null, nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: {} } },
      podAnnotations: { 'example.com/a': 'true' },
      image: { pullPolicy: 'Always' },
    }
    const { replicas, template } = (
      await deployment(...Object.entries(set).flatMap(([k, v]) => ['--set-json', `${k}=${JSON.stringify(v)}`]))
    ).spec
    const { containers, ...spec } = template.spec
    assert.equal(replicas, 1)
    assert.deepEqual(spec.imagePullSecrets, set.imagePullSecrets)
    assert.deepEqual(spec.nodeSelector, set.nodeSelector)
    assert.deepEqual(spec.tolerations, set.tolerations)
    assert.deepEqual(spec.affinity, { nodeAffinity: set.affinity.nodeAffinity })
    assert.deepEqual(template.metadata.annotations, {
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '8080',
      'prometheus.io/path': '/metrics',
      'example.com/a': 'true',
    })
    const [container] = containers as readonly Readonly<Record<string, unknown>>[]
    assert.deepEqual(container?.resources, { requests: { cpu: 1, memory: '128Mi' }, limits: { memory: '1Gi' } })
    assert.equal(container?.imagePullPolicy, 'Always')
  })

  test('goes to another namespace whole, policies included', async () => {
    const text = await helm('template', 'ringkeeper', chart, '-n', 'platform')
    assert.doesNotMatch(text, /ringkeeper-system/)
    assert.match(text, /request\.userInfo\.username == 'system:serviceaccount:platform:ringkeeper'/)
  })

  test('leaves the CRDs out when asked', async () => {
    const kinds = [...(await rendered('--set', 'crds.install=false')).values()].map(({ kind }) => kind)
    assert.ok(!kinds.includes('CustomResourceDefinition'))
    assert.ok(kinds.includes('ValidatingAdmissionPolicy'))
  })

  const refused: readonly (readonly [set: string, words: RegExp])[] = [
    ['replica=3', /additional properties 'replica' not allowed/],
    ['image.tga=1', /at '\/image': additional properties 'tga' not allowed/],
    ['replicas=two', /at '\/replicas': got string, want integer/],
    ['replicas=-1', /at '\/replicas': minimum: got -1, want 0/],
    ['image.pullPolicy=Sometimes', /at '\/image\/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'/],
    ['image.digest=latest', /at '\/image\/digest': 'latest' does not match pattern/],
    ['crds.install=maybe', /at '\/crds\/install': got string, want boolean/],
    ['resources.memory=1Gi', /at '\/resources': additional properties 'memory' not allowed/],
    ['imagePullSecrets[0]=pull', /at '\/imagePullSecrets\/0': got string, want object/],
  ]
  for (const [set, words] of refused) {
    test(`refuses ${set} and says where`, () => assert.rejects(helm('template', ...release, '--set', set), words))
  }
})

describe('a release', () => {
  let api: Api
  let helm: Helm
  let older: string
  before(async () => {
    api = await startApi(async () => undefined)
    helm = await createHelm(api.kubeconfig)
    older = olderChart()
  })
  after(async () => {
    await api?.stop()
    if (older !== undefined) rmSync(older, { recursive: true })
  })

  const install = (from: string, ...args: readonly string[]) =>
    helm('upgrade', '--install', 'ringkeeper', from, '-n', 'ringkeeper-system', '--create-namespace', ...args)
  type Crd = {
    readonly spec: { readonly versions: readonly { readonly additionalPrinterColumns: readonly { readonly name: string }[] }[] }
  }
  const columns = async () =>
    (await api.kubectl.get<Crd>(['crd', CRD]))?.spec.versions[0]?.additionalPrinterColumns.map(({ name }) => name) ?? []
  const clusterUID = async () => (await api.kubectl.get<{ metadata: { uid: string } }>(['cass', 'kept']))?.metadata.uid

  test('is made from nothing, and asks for Pod Security until the namespace has it', async () => {
    assert.match(await install(older), /kubectl label namespace ringkeeper-system pod-security\.kubernetes\.io\/enforce=restricted/)
    await api.kubectl.run(['wait', '--for=condition=Established', '--timeout=30s', `crd/${CRD}`])
    assert.ok(!(await columns()).includes('Version'))
    await api.kubectl.run(['label', 'namespace', 'ringkeeper-system', 'pod-security.kubernetes.io/enforce=restricted'])
    await api.kubectl.run(['create', '-f', '-'], cluster('kept'))
  })

  test('is upgraded with its CRDs, and the clusters stay', async () => {
    const uid = await clusterUID()
    assert.doesNotMatch(await install(chart), /pod-security/)
    assert.ok((await columns()).includes('Version'))
    assert.notEqual(uid, undefined)
    assert.equal(await clusterUID(), uid)
  })

  test('deletes no CRD when the chart stops installing them', async () => {
    const uid = await clusterUID()
    await install(chart, '--set', 'crds.install=false')
    assert.equal(await clusterUID(), uid)
    await install(chart)
  })

  test('is uninstalled: CRDs and clusters stay, all else goes', async () => {
    const uid = await clusterUID()
    await helm('uninstall', 'ringkeeper', '-n', 'ringkeeper-system')
    assert.equal(await clusterUID(), uid)
    const kinds =
      'crd,clusterrole,clusterrolebinding,validatingadmissionpolicy,validatingadmissionpolicybinding,deployment,serviceaccount,role,rolebinding'
    const left = await api.kubectl.run([
      'get',
      kinds,
      '-n',
      'ringkeeper-system',
      '-l',
      'app.kubernetes.io/part-of=ringkeeper',
      '-o',
      'name',
    ])
    assert.deepEqual(left.trim().split('\n'), [
      `customresourcedefinition.apiextensions.k8s.io/${CRD}`,
      'customresourcedefinition.apiextensions.k8s.io/cassandranodes.ringkeeper.io',
    ])
  })

  test('is installed again over the CRDs that stayed', async () => {
    const uid = await clusterUID()
    await install(chart)
    assert.equal(await clusterUID(), uid)
    await helm('uninstall', 'ringkeeper', '-n', 'ringkeeper-system')
  })

  test('takes over what install.yaml made, with --take-ownership', async () => {
    await api.kubectl.run(['apply', '--server-side', '--force-conflicts', '-f', join(home.checkout, 'deploy', 'install.yaml')])
    await install(chart, '--take-ownership')
    const { metadata } = (await api.kubectl.get<{ metadata: { annotations: Record<string, string> } }>(['crd', CRD])) ?? {}
    assert.equal(metadata?.annotations['meta.helm.sh/release-name'], 'ringkeeper')
  })
})

/** The chart as an earlier version may have been: its CRD has no column Version. */
function olderChart(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringkeeper-chart-'))
  cpSync(chart, dir, { recursive: true })
  const path = join(dir, 'templates', 'crds.yaml')
  const text = readFileSync(path, 'utf8')
  const without = text.replace(/^ +- name: Version\n.*\n.*\n/m, '')
  assert.ok(without !== text)
  writeFileSync(path, without)
  return dir
}
