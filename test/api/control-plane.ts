// An API server with our kinds and policies and nothing else: the smallest thing that answers as a user's cluster does.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { policies } from '../../api/admission/policies.ts'
import { crds } from '../../api/crd/crds.ts'
import { binary, buildBinaries } from '../../local/binaries.ts'
import { startControlPlane } from '../../local/control-plane.ts'
import { eventually } from '../e2e/eventually.ts'
import { createKubectl, type Kubectl } from '../e2e/kubectl.ts'

export type Api = {
  readonly kubectl: Kubectl
  readonly kubeconfig: string
  readonly stop: () => Promise<void>
}

/** @param prepare what is there before the first test; our kinds and policies when absent */
export async function startApi(prepare: (kubectl: Kubectl) => Promise<void> = install): Promise<Api> {
  await buildBinaries(undefined, ['kubernetes', 'etcd'])
  const state = mkdtempSync(join(tmpdir(), 'ringkeeper-api-'))
  // By default it is shared by all clusters that ever had the same port.
  process.env.KUBECACHEDIR = join(state, 'kubectl-cache')
  const [port, client, peer] = await freePorts()
  const controlPlane = await startControlPlane({ state, address: '127.0.0.1', port, etcdPorts: [client, peer], controllers: false })
  const stop = async (): Promise<void> => {
    await controlPlane.stop()
    rmSync(state, { recursive: true, force: true })
  }
  // The daemons are detached: without this an interrupted run would leave them behind.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().finally(() => process.exit(1)))
  const kubectl = createKubectl(binary('kubectl'), controlPlane.kubeconfig)
  try {
    await prepare(kubectl)
  } catch (error) {
    await stop()
    throw error
  }
  return { kubectl, kubeconfig: controlPlane.kubeconfig, stop }
}

async function install(kubectl: Kubectl): Promise<void> {
  const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await kubectl.run(['apply', '--server-side', '-f', '-'], list(crds))
  await kubectl.run(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '-l', 'app.kubernetes.io/part-of=ringkeeper'])
  await kubectl.run(['apply', '--server-side', '-f', '-'], list(policies))
  await kubectl.run(['create', 'namespace', 'guarded'])
  await kubectl.run(['label', 'namespace', 'guarded', 'ringkeeper.io/deletion-protection='])
  // Policies are cached for seconds. They arrive in the order in which they were made, and this is the last one.
  await eventually('the policies are in force', 30_000, async () => {
    const { stderr } = await kubectl.try(['delete', 'namespace', 'guarded', '--dry-run=server'])
    return stderr.includes('is protected')
  })
}

async function freePorts(): Promise<readonly [number, number, number]> {
  const open = () =>
    new Promise<ReturnType<typeof createServer>>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
    })
  const servers = await Promise.all([open(), open(), open()])
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return [ports[0]!, ports[1]!, ports[2]!]
}
