// What happens to a ring in real life, one after another on the same ring, with every acknowledged row counted at the end.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { pidOf } from '../../local/daemon.ts'
import { home } from '../../local/home.ts'
import { type Demo, NAMESPACE, type Pod } from './demo-cluster.ts'
import { eventually } from './eventually.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { whilePatched } from './patched.ts'
import { cassandraPid, hostOf, operatorPids } from './processes.ts'
import { FIRST_THREE, readyDemo } from './shared-cluster.ts'

let demo: Demo
let ledger: Ledger
before(async () => {
  demo = await readyDemo()
  ledger = await openLedger(addresses, await demo.superuser())
  await eventually('rows are written', 30_000, async () => ledger.acknowledged() > 50)
})
after(() => ledger?.stop())

const addresses = async () => (await demo.pods()).flatMap((each) => each.status.podIP ?? [])
const hostIDs = async () => new Map((await demo.nodes()).map((node) => [node.metadata.name, node.status?.hostID]))
const operator = (args: readonly string[]) => demo.kubectl.run(['-n', 'ringkeeper-system', ...args])
const pod = async (name: string): Promise<Pod | undefined> => (await demo.pods()).find((candidate) => candidate.metadata.name === name)

test('a seed is lost: another node is seed meanwhile, and the same host id comes back', async () => {
  const before = await hostIDs()
  const uid = (await pod(FIRST_THREE[0]))?.metadata.uid
  await demo.kubectl.run(['-n', NAMESPACE, 'delete', 'pod', FIRST_THREE[0], '--grace-period=1', '--wait=false'])
  await eventually('the pod is another one', 120_000, async () => {
    const now = await pod(FIRST_THREE[0])
    return now !== undefined && now.metadata.uid !== uid
  })
  await demo.ready(180_000)
  assert.deepEqual(await hostIDs(), before)
})

test('a bad image stops at the first node, and the good manifest undoes it', async () => {
  const before = (await demo.pods()).map((each) => each.metadata.uid)
  await whilePatched(demo, { image: 'registry.invalid/cassandra:5.0.9' }, { image: null }, async () => {
    assert.match(await demo.reason('ImagePullFailed', 120_000), /demo-dc1-rack.*registry\.invalid/)
    const now = (await demo.pods()).map((each) => each.metadata.uid)
    assert.equal(before.filter((uid) => !now.includes(uid)).length, 1, 'one pod alone was touched')
    assert.equal((await demo.cluster()).status?.readyNodes, 2)
  })
})

test('a request that no machine can meet stops at the first node, and the good manifest undoes it', async () => {
  await whilePatched(demo, { resources: { requests: { cpu: '64' } } }, { resources: null }, async () => {
    assert.match(await demo.reason('Unschedulable', 120_000), /demo-dc1-rack.*cpu/i)
    assert.equal((await demo.cluster()).status?.readyNodes, 2)
  })
})

test('all pods are deleted at once: the ring comes back whole on other addresses', async () => {
  const before = await hostIDs()
  const old = new Set(await addresses())
  await demo.kubectl.run(['-n', NAMESPACE, 'delete', 'pod', '-l', 'ringkeeper.io/cluster=demo', '--grace-period=0', '--force'])
  await eventually('three pods on other addresses', 120_000, async () => {
    const now = await addresses()
    return now.length === 3 && now.every((ip) => !old.has(ip))
  })
  await demo.ready(300_000)
  assert.deepEqual(await hostIDs(), before)
})

test('the operator is down while a node restarts: the node comes back by itself', async () => {
  await operator(['scale', 'deployment/ringkeeper', '--replicas=0'])
  await eventually('the operator is gone', 60_000, async () => operatorPids().length === 0)
  const pid = cassandraPid(FIRST_THREE[1])
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGKILL')
  await eventually('Cassandra runs again and is ready', 180_000, async () => {
    const now = cassandraPid(FIRST_THREE[1])
    if (now === undefined || now === pid) return false
    const ready = await demo.kubectl.run([
      '-n',
      NAMESPACE,
      'get',
      'pod',
      FIRST_THREE[1],
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ])
    return ready === 'True'
  })
  await operator(['scale', 'deployment/ringkeeper', '--replicas=2'])
  await operator(['rollout', 'status', 'deployment/ringkeeper', '--timeout=120s'])
  await demo.ready(120_000)
})

test('a leader that was asleep does nothing when it wakes', async () => {
  const lease = async () =>
    JSON.parse(await operator(['get', 'lease', 'ringkeeper-operator', '-o', 'json'])) as { spec: { holderIdentity: string } }
  const leader = (await lease()).spec.holderIdentity
  const pid = operatorPids().find((candidate) => hostOf(candidate) === leader)
  assert.ok(pid !== undefined, `no process of ${leader}`)
  process.kill(pid, 'SIGSTOP')
  try {
    await eventually('another one leads', 60_000, async () => (await lease()).spec.holderIdentity !== leader)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await eventually('the old one has ended', 60_000, async () => !operatorPids().includes(pid))
  const pods = await demo.pods()
  await demo.ready(120_000)
  assert.deepEqual(
    (await demo.pods()).map((each) => each.metadata.uid),
    pods.map((each) => each.metadata.uid),
  )
})

test('the API server is away for a minute: nothing of the ring is touched', async () => {
  const pods = (await demo.pods()).map((each) => each.metadata.uid)
  await operator(['rollout', 'status', 'deployment/ringkeeper', '--timeout=60s']) // one of them has just been started again
  const operators = operatorPids()
  assert.equal(operators.length, 2)
  const server = pidOf(home.state, 'kube-apiserver')
  const rows = ledger.acknowledged()
  const endsAt = Date.now() + 60_000
  process.kill(server, 'SIGSTOP')
  try {
    await eventually(
      'a minute has passed, and rows are written on',
      90_000,
      async () => Date.now() > endsAt && ledger.acknowledged() > rows + 100,
    )
  } finally {
    process.kill(server, 'SIGCONT')
  }
  await demo.ready(120_000)
  assert.deepEqual(
    (await demo.pods()).map((each) => each.metadata.uid),
    pods,
  )
  // A leader that could not renew has ended, as it must; its follower has not.
  assert.ok(operatorPids().some((pid) => operators.includes(pid)))
})

test('no acknowledged row is lost', async () => {
  assert.ok(ledger.acknowledged() > 1000)
  assert.deepEqual(await ledger.missing(), [])
})
