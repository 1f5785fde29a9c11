// The operator itself under the account and the policies of install.yaml: what it needs for a first node, it may do.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { parse, stringify } from 'yaml'
import { home } from '../../local/home.ts'
import { eventually } from '../e2e/eventually.ts'
import { type Api, startApi } from './control-plane.ts'
import { cluster } from './objects.ts'

const install = join(home.checkout, 'deploy', 'install.yaml')
let api: Api
let operator: ChildProcess
let dir: string
let words = ''

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ringkeeper-rights-'))
  api = await startApi(async (kubectl) => {
    await kubectl.run(['apply', '--server-side', '-f', install])
    await kubectl.run(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '-l', 'app.kubernetes.io/part-of=ringkeeper'])
    for (const zone of ['a', 'b', 'c']) await kubectl.run(['create', '-f', '-'], kubeNode(zone))
    await kubectl.run(['create', '-f', '-'], storageClass)
    // The namespace of users, which a controller manager would have given one.
    await kubectl
      .run(['create', 'serviceaccount', 'default', '--dry-run=client', '-o', 'yaml'])
      .then((text) => kubectl.run(['apply', '-f', '-'], text))
  })
  operator = spawn(process.execPath, [join(home.checkout, 'operator', 'main.ts')], {
    env: {
      ...process.env,
      KUBECONFIG: await accountKubeconfig(),
      POD_NAMESPACE: 'ringkeeper-system',
      POD_NAME: 'probe',
      RINGKEEPER_IMAGE: 'example/ringkeeper:1',
      RINGKEEPER_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [operator.stdout, operator.stderr])
    stream?.on('data', (chunk) => {
      words += chunk
    })
})

after(async () => {
  if (operator?.exitCode === null) {
    operator.kill('SIGTERM')
    await once(operator, 'exit')
  }
  await api?.stop()
  rmSync(dir, { recursive: true, force: true })
})

test('makes all of a first node', async () => {
  await api.kubectl.run(['create', '-f', '-'], cluster('demo', { resources: undefined }))
  await soon('the first pod exists', async () => (await names('pods')).length > 0)
  assert.equal((await names('cassandranodes')).length, 3)
  for (const service of ['demo-dc1-nodes', 'demo-seeds']) assert.ok((await names('services')).includes(service), service)
  assert.deepEqual(await names('poddisruptionbudgets'), ['demo-dc1'])
  assert.ok((await names('persistentvolumeclaims')).length > 0)
  assert.ok((await names('secrets')).includes('demo-superuser'))
  await soon('an Event is written', async () => (await names('events.events.k8s.io')).length > 0)
})

test('says it in the status, and leads', async () => {
  const status = await eventually(
    'a status',
    30_000,
    async () => (await api.kubectl.get<{ status?: { conditions?: object[] } }>(['cass', 'demo']))?.status,
  )
  assert.ok((status.conditions ?? []).length > 0)
  const lease = await api.kubectl.get<{ spec: { holderIdentity: string } }>(['-n', 'ringkeeper-system', 'lease', 'ringkeeper-operator'])
  assert.equal(lease?.spec.holderIdentity, 'probe')
})

test('deletes a pod that is not running, to give it another template', async () => {
  const [name = ''] = await names('pods')
  const uid = async () => (await api.kubectl.get<{ metadata: { uid: string } }>(['pod', name]))?.metadata.uid
  const first = await uid()
  assert.notEqual(first, undefined)
  await api.kubectl.run(['patch', 'cass', 'demo', '--type=merge', '-p', '{"spec":{"image":"example/cassandra:5.0.9"}}'])
  await soon('another pod', async () => ![first, undefined].includes(await uid()))
})

test('loosens a budget that protects more than there is', async () => {
  const budget = async () => (await api.kubectl.get<{ spec: { minAvailable: number } }>(['pdb', 'demo-dc1']))?.spec.minAvailable
  await api.kubectl.run(['patch', 'pdb', 'demo-dc1', '--type=merge', '-p', '{"spec":{"minAvailable":7}}'])
  await soon('the budget follows the nodes', async () => (await budget()) === 2)
})

test('was refused nothing', () => {
  assert.doesNotMatch(words, /forbidden|HTTP 40[13]/i)
})

/** Fails with what the cluster says and the last words of the operator. */
function soon<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
  return eventually(what, 60_000, async () => {
    const answer = await probe()
    if (answer !== undefined && answer !== false) return answer
    throw new Error(`${await api.kubectl.run(['get', 'cass', 'demo', '-o', 'wide'])}${words.slice(-2_000)}`)
  })
}

async function names(kind: string): Promise<readonly string[]> {
  const text = await api.kubectl.run(['-n', 'default', 'get', kind, '-o', 'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}'])
  return text
    .split('\n')
    .filter((name) => name !== '' && name !== 'kubernetes')
    .sort()
}

/** As the pods of the operator log in: by a token of their service account. */
async function accountKubeconfig(): Promise<string> {
  const token = (await api.kubectl.run(['-n', 'ringkeeper-system', 'create', 'token', 'ringkeeper'])).trim()
  const admin = parse(readFileSync(api.kubeconfig, 'utf8')) as { users: { name: string; user: object }[] }
  const [user] = admin.users
  const path = join(dir, 'kubeconfig')
  writeFileSync(path, stringify({ ...admin, users: [{ ...user, user: { token } }] }), { mode: 0o600 })
  return path
}

const storageClass = JSON.stringify({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'example.com/none',
})

function kubeNode(zone: string): string {
  const labels = { 'topology.kubernetes.io/zone': zone, 'kubernetes.io/hostname': zone }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: `kube-${zone}`, labels } })
}
