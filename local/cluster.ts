// The local Kubernetes cluster: three nodes in three zones on one machine. `up` may be repeated; what is stale, foreign or
// half is cleared first, judged by whether its processes live.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary, buildBinaries } from './binaries.ts'
import { succeeds } from './command.ts'
import { startControlPlane } from './control-plane.ts'
import { awaitReady, daemons, isRunning, stopDaemon } from './daemon.ts'
import { startDns } from './dns.ts'
import { home } from './home.ts'
import { importImages } from './images/import.ts'
import { pauseImage } from './images/pause.ts'
import { RUN_ROOT, startContainerd, startKubelet } from './kube-node.ts'
import { killContainers, removeCgroups, removeFiles, unmountBelow } from './leftovers.ts'
import { createNetwork, HOST_ADDRESS, nodeNetwork, removeNetwork } from './network.ts'
import { installPackages } from './packages.ts'
import { say, step } from './progress.ts'
import { createVolumes } from './volumes.ts'

export const nodes = [1, 2, 3].map(nodeNetwork)
const DAEMONS = 5 + 3 * nodes.length // control plane and DNS; containerd, kubelet, kube-proxy
const stamp = join(home.state, 'made-by')

/**
 * Brings the cluster up, or finds it up.
 * @param images archives that every node shall have
 */
export async function up(images: () => Promise<readonly string[]>): Promise<void> {
  await step('Debian packages', installPackages)
  await step('programs of Kubernetes', () => buildBinaries((name) => say(`  building ${name}, kept for the next time`)))
  const archives = await step('images', images)
  if (isUp()) {
    await step('images on the nodes', () => importImages(home.state, nodes, archives))
    return
  }
  await down()
  mkdirSync(home.state, { recursive: true })
  await step('network', () => createNetwork(nodes))
  const imported = (async () => {
    await Promise.all(nodes.map((node) => startContainerd(home.state, node)))
    await importImages(home.state, nodes, [await pauseImage(), ...archives])
  })()
  imported.catch(() => undefined) // reported where it is awaited
  const controlPlane = await step('etcd, API server, controllers', () =>
    startControlPlane({ state: home.state, address: HOST_ADDRESS, port: 6443, etcdPorts: [23_790, 23_800], controllers: true }),
  )
  await step('DNS and volumes', async () => {
    await startDns(home.state, controlPlane.kubeconfig, controlPlane.certificates)
    await createVolumes(home.state, controlPlane.kubeconfig, nodes)
  })
  await step('containerd and images on three nodes', () => imported)
  await step('three nodes Ready', async () => {
    for (const [index, node] of nodes.entries()) await startKubelet(home.state, node, `zone-${index + 1}`, controlPlane.certificates)
    await awaitNodes()
  })
  linkKubectl()
  writeFileSync(stamp, fingerprint())
}

/** Beside the kubeconfig, for people whose machine has no kubectl. */
function linkKubectl(): void {
  mkdirSync(join(home.state, 'bin'), { recursive: true })
  symlinkSync(binary('kubectl'), join(home.state, 'bin', 'kubectl'))
}

/** Waits until the kubelets have registered and are Ready; one that ended throws with the tail of its log. */
async function awaitNodes(): Promise<void> {
  const kubectl = (args: readonly string[]) => succeeds(binary('kubectl'), ['--kubeconfig', home.kubeconfig, ...args])
  for (const node of nodes) {
    await awaitReady(home.state, `kubelet-${node.name}`, 60_000, () => kubectl(['get', 'node', node.name]))
    await awaitReady(home.state, `kubelet-${node.name}`, 60_000, () =>
      kubectl(['wait', '--for=condition=Ready', '--timeout=5s', `node/${node.name}`]),
    )
  }
}

/** Ends and removes all that `up` makes; a half or dead cluster too. */
export async function down(): Promise<void> {
  if (!existsSync(home.state) && !existsSync(RUN_ROOT)) return
  await step('removing the local cluster', async () => {
    const names = [...daemons(home.state)]
    const stopAll = (matches: (name: string) => boolean) => Promise.all(names.filter(matches).map((name) => stopDaemon(home.state, name)))
    await stopAll((name) => name.startsWith('kube'))
    await stopAll((name) => name.startsWith('containerd'))
    await killContainers(nodes)
    await stopAll(() => true)
    await unmountBelow([home.state, RUN_ROOT])
    await removeNetwork(nodes)
    removeCgroups(nodes)
    removeFiles([home.state, RUN_ROOT])
  })
}

/** Made from the same sources, and every process alive. */
export function isUp(): boolean {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint()) return false
  const names = daemons(home.state)
  return names.length >= DAEMONS && names.every((name) => isRunning(home.state, name))
}

function fingerprint(): string {
  const hash = createHash('sha256')
  const sources = globSync('local/{*.ts,binaries/*/go.mod}', { cwd: home.checkout }).sort()
  for (const file of sources) hash.update(file).update(readFileSync(join(home.checkout, file)))
  return hash.digest('hex')
}
