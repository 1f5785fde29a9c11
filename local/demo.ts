// npm run demo: a Kubernetes cluster, the operator, a ring of three nodes in three racks, and an answer to a CQL query.
//   npm run demo -- --down            removes all that it made
//   npm run demo -- --kind            on kind, where a container engine runs; with --down too
//   npm run demo -- --context NAME --image IMAGE    on a cluster of your own that can pull IMAGE; with --down too
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { OPERATOR_NAMESPACE } from '../deploy/install.ts'
import { bundle } from '../scripts/bundle.ts'
import { down, up } from './cluster.ts'
import { answer, watchRing } from './demo-ring.ts'
import { home } from './home.ts'
import { cassandraImage } from './images/cassandra.ts'
import { type OwnImage, ringkeeperImage } from './images/ringkeeper.ts'
import { installOperator } from './install.ts'
import { downKind, upKind } from './kind.ts'
import { createKubectl, type Kubectl } from './kubectl.ts'
import { withLock } from './lock.ts'
import { say, step, total } from './progress.ts'

const { values } = parseArgs({
  options: { down: { type: 'boolean' }, kind: { type: 'boolean' }, context: { type: 'string' }, image: { type: 'string' } },
})
/** For a shell without a kubectl too. */
const LOCAL = '  export KUBECONFIG=$(npm run --silent kubeconfig) PATH=$PATH:$(dirname $(npm run --silent kubeconfig))/bin\n'
const manifest = join(home.checkout, 'deploy', 'examples', 'minimal.yaml')

try {
  if (values.down === true) await remove()
  else await run()
} catch (error) {
  say(`\n${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

async function run(): Promise<void> {
  const { kubectl, image } = await bringUp()
  await step('operator installed', () => installOperator(kubectl, image))
  await kubectl(['apply', '-f', '-'], namespace())
  await step('manifest applied', () => kubectl(['-n', 'demo', 'apply', '-f', manifest]))
  await step('three nodes in three racks Ready', () => watchRing(kubectl, 'demo', 'demo'))
  const rows = await step('CQL answers', () => answer(kubectl, 'demo', 'demo'))
  say(`\n${await kubectl(['-n', 'demo', 'get', 'cass,cassn'])}\n${rows}\n`)
  say(`done in ${total()}. Try:\n${suggestions()}`)
}

/** A cluster to work in, and the name of our image there. */
async function bringUp(): Promise<{ readonly kubectl: Kubectl; readonly image: string }> {
  if (values.context !== undefined) {
    if (values.image === undefined)
      throw new Error(
        '--context needs --image IMAGE: an image of Ringkeeper that your cluster can pull (npm run release makes its content)',
      )
    return { kubectl: createKubectl(undefined, values.context, 'kubectl'), image: values.image }
  }
  const own = async (): Promise<OwnImage> => ringkeeperImage((await bundle()).dir)
  if (values.kind === true) {
    const { name, file } = await step('image', own)
    return { kubectl: await step('kind', () => upKind(file)), image: name }
  }
  return withLocalLock(async () => {
    const image = await step('image of the operator', own)
    await up(async () => [image.file, await cassandraImage('5.0.9')])
    return { kubectl: createKubectl(home.kubeconfig), image: image.name }
  })
}

async function remove(): Promise<void> {
  if (values.kind === true) return step('kind removed', downKind)
  if (values.context === undefined) return withLocalLock(down)
  const kubectl = createKubectl(undefined, values.context, 'kubectl')
  await step('cluster and operator removed', async () => {
    await kubectl(['-n', 'demo', 'delete', '-f', manifest, '--ignore-not-found', '--wait=true'])
    await kubectl(['delete', 'namespace', 'demo', OPERATOR_NAMESPACE, '--ignore-not-found'])
  })
}

function withLocalLock<T>(work: () => Promise<T>): Promise<T> {
  return withLock(home.lock, home.checkout, work, say)
}

function namespace(): string {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  return JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo', labels } })
}

function suggestions(): string {
  const where = values.context !== undefined || values.kind === true ? '' : LOCAL
  const again = [values.kind === true ? ['--kind'] : [], values.context === undefined ? [] : ['--context', values.context]].flat()
  return `${where}  kubectl -n demo get cass,cassn,pods\n  kubectl -n demo scale cass demo --replicas=4\n  npm run demo -- ${[...again, '--down'].join(' ')}`
}
