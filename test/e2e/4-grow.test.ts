// kubectl scale: nodes join one at a time, each in the right rack, and what they took over is cleaned up; a node that is
// killed while it joins is the same node afterwards.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { agentViews } from './agent-views.ts'
import { CLUSTER, type Demo, NAMESPACE } from './demo-cluster.ts'
import { eventually } from './eventually.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { cassandraPid } from './processes.ts'
import { readyDemo } from './shared-cluster.ts'

let demo: Demo
let ledger: Ledger
before(async () => {
  demo = await readyDemo()
  ledger = await openLedger(async () => (await demo.pods()).flatMap((pod) => pod.status.podIP ?? []), await demo.superuser())
})

const joining = async () => (await demo.nodes()).filter((node) => node.status?.state === 'UJ').map((node) => node.metadata.name)

test('kubectl scale --replicas=6 adds three nodes, one at a time, also when one is killed while it joins', async () => {
  await demo.kubectl.run(['-n', NAMESPACE, 'scale', 'cass', 'demo', '--replicas=6'])
  const [first] = await eventually('a node joins', 180_000, async () => {
    const names = await joining()
    return names.length > 0 ? names : undefined
  })
  const pid = cassandraPid(first ?? '')
  assert.ok(pid !== undefined)
  process.kill(pid, 'SIGKILL')
  let most = 0
  await eventually('six nodes, Ready', 900_000, async () => {
    most = Math.max(most, (await joining()).length)
    const { metadata, status } = await demo.cluster()
    const ready = status?.conditions?.find((condition) => condition.type === 'Ready')
    if (ready?.status === 'True' && ready.observedGeneration === metadata.generation && status?.nodes === 6) return true
    throw new Error(`${ready?.reason}: ${ready?.message}`)
  })
  assert.equal(most, 1, 'never two at once')
  const nodes = await demo.nodes()
  assert.deepEqual(
    nodes.map((node) => node.metadata.name).sort(),
    [1, 2, 3].flatMap((rack) => [0, 1].map((ordinal) => `demo-dc1-rack${rack}-${ordinal}`)),
  )
  assert.equal(new Set(nodes.map((node) => node.status?.hostID)).size, 6)
})

test('every view holds the six and nobody else, and the older ones were cleaned up', async () => {
  const views = await agentViews(demo.kubectl, NAMESPACE, CLUSTER)
  for (const { cassandra } of views.values()) assert.equal(Object.keys(cassandra?.hostIDs ?? {}).length, 6)
  for (const name of ['demo-dc1-rack1-0', 'demo-dc1-rack2-0', 'demo-dc1-rack3-0']) {
    assert.ok(
      views.get(name)?.jobs.some((job) => job.kind === 'cleanup' && job.state === 'Done'),
      name,
    )
  }
})

test('the disruption budget has followed', async () => {
  const budget = await demo.kubectl.run(['-n', NAMESPACE, 'get', 'pdb', 'demo-dc1', '-o', 'jsonpath={.spec.minAvailable}'])
  assert.equal(budget, '5')
})

test('no acknowledged row is lost, and no request failed twice', async () => {
  assert.deepEqual(await ledger.missing(), [])
  assert.deepEqual(ledger.failures(), [])
})
