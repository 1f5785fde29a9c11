// The same demo on kind, where a container engine runs: three workers in three zones, our image loaded, Cassandra's pulled.
import { command, succeeds } from './command.ts'
import { createKubectl, type Kubectl } from './kubectl.ts'

const NAME = 'ringkeeper'
const CONTEXT = `kind-${NAME}`

/** @throws with the remedy when kind or its container engine is missing */
export async function upKind(image: string): Promise<Kubectl> {
  if (!(await succeeds('kind', ['version'])))
    throw new Error('--kind needs the program kind on the PATH; without it, npm run demo needs no container engine')
  const clusters = (await command('kind', ['get', 'clusters'])).split('\n')
  if (!clusters.includes(NAME))
    await command('kind', ['create', 'cluster', '--name', NAME, '--config', '-', '--wait', '120s'], { input: JSON.stringify(kindConfig()) })
  await command('kind', ['load', 'image-archive', image, '--name', NAME])
  return createKubectl(undefined, CONTEXT, 'kubectl')
}

export async function downKind(): Promise<void> {
  await command('kind', ['delete', 'cluster', '--name', NAME])
}

/** A zone a worker, so that a ring of nine lines stands in three racks. */
export function kindConfig(): object {
  const worker = (zone: number) => ({
    role: 'worker',
    labels: { 'topology.kubernetes.io/zone': `zone-${zone}`, 'topology.kubernetes.io/region': 'local' },
  })
  return { kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4', nodes: [{ role: 'control-plane' }, worker(1), worker(2), worker(3)] }
}
