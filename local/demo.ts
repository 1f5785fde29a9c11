// npm run demo: a Kubernetes cluster, the operator, a ring of three nodes in three racks, and an answer to a CQL query.
//   npm run demo -- --down            removes all that it made
//   npm run demo -- --context NAME    uses a cluster of your own; the images must be pullable there or loaded before
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { bundle } from '../scripts/bundle.ts'
import { down, up } from './cluster.ts'
import { answer, watchRing } from './demo-ring.ts'
import { home } from './home.ts'
import { cassandraImage } from './images/cassandra.ts'
import { type OwnImage, ringkeeperImage } from './images/ringkeeper.ts'
import { installOperator } from './install.ts'
import { createKubectl } from './kubectl.ts'
import { say, step, total } from './progress.ts'

const { values } = parseArgs({ options: { down: { type: 'boolean' }, context: { type: 'string' }, image: { type: 'string' } } })
let own: OwnImage | undefined
const manifest = join(home.checkout, 'deploy', 'examples', 'minimal.yaml')

try {
  if (values.down === true) await remove()
  else await run()
} catch (error) {
  say(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const kubectl = values.context === undefined ? await bringUpLocal() : createKubectl(undefined, values.context, 'kubectl')
  const image = values.image ?? own?.name
  if (image === undefined)
    throw new Error('--context needs --image NAME: an image of Ringkeeper that your cluster can pull (npm run release makes its content)')
  await step('operator installed', () => installOperator(kubectl, image))
  await kubectl(['apply', '-f', '-'], namespace())
  await step('manifest applied', () => kubectl(['-n', 'demo', 'apply', '-f', manifest]))
  await step('three nodes in three racks Ready', () => watchRing(kubectl, 'demo', 'demo'))
  const rows = await step('CQL answers', () => answer(kubectl, 'demo', 'demo'))
  say(`\n${await kubectl(['-n', 'demo', 'get', 'cass,cassn'])}\n${rows}\n`)
  say(
    `done in ${total()}. Try:\n  export KUBECONFIG=$(npm run --silent kubeconfig)\n  kubectl -n demo get cass,cassn,pods\n  kubectl -n demo scale cass demo --replicas=4\n  npm run demo -- --down`,
  )
}

async function bringUpLocal() {
  await up(async () => {
    own = await ringkeeperImage((await bundle()).dir)
    return [own.file, await cassandraImage('5.0.9')]
  })
  return createKubectl(home.kubeconfig)
}

async function remove(): Promise<void> {
  if (values.context === undefined) return down()
  const kubectl = createKubectl(undefined, values.context, 'kubectl')
  await step('cluster removed', async () => {
    await kubectl(['-n', 'demo', 'delete', '-f', manifest, '--ignore-not-found', '--wait=true'])
    await kubectl(['delete', 'namespace', 'demo', 'ringkeeper-system', '--ignore-not-found'])
  })
}

function namespace(): string {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  readFileSync(manifest) // a missing manifest is said before anything is applied
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo', labels } })
}
