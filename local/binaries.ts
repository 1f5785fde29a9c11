// The programs of the control plane and of the nodes, built from the Go module proxy and kept by the content of what
// they are built from.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { command } from './command.ts'
import { home } from './home.ts'

const version = 'k8s.io/component-base/version'
const KUBERNETES = '1.34.4'
const chartutil = 'helm.sh/helm/v3/pkg/chartutil'
const HELM = '3.19.5'

type Module = { readonly name: string; readonly ldflags: string; readonly packages: readonly string[] }
const modules: readonly Module[] = [
  {
    name: 'kubernetes',
    ldflags: `-s -w -X ${version}.gitVersion=v${KUBERNETES} -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`,
    packages: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubectl', 'kubelet'].map(
      (program) => `k8s.io/kubernetes/cmd/${program}`,
    ),
  },
  { name: 'etcd', ldflags: '-s -w', packages: ['ringkeeper.io/local/etcd'] },
  { name: 'coredns', ldflags: '-s -w', packages: ['ringkeeper.io/local/coredns'] },
  { name: 'pause', ldflags: '-s -w', packages: ['ringkeeper.io/local/pause'] },
  {
    name: 'helm',
    ldflags: `-s -w -X helm.sh/helm/v3/internal/version.version=v${HELM} -X ${chartutil}.k8sVersionMajor=1 -X ${chartutil}.k8sVersionMinor=34`,
    packages: ['helm.sh/helm/v3/cmd/helm'],
  },
]
const ofTheCluster = ['kubernetes', 'etcd', 'coredns', 'pause']

export type Program =
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kube-proxy'
  | 'kubectl'
  | 'kubelet'
  | 'etcd'
  | 'coredns'
  | 'pause'
  | 'helm'

/** Path of a built program; `buildBinaries` must have run. */
export function binary(program: Program): string {
  const owner = modules.find((module) => module.packages.some((name) => name.endsWith(`/${program}`)))
  if (owner === undefined) throw new Error(`no module builds ${program}`)
  return join(folderOf(owner), program)
}

/**
 * Builds what the cache lacks. About 10 minutes on two cores with cold caches, nothing when warm.
 * @param names of modules; those that the local cluster runs when absent
 */
export async function buildBinaries(
  onModule: (name: string) => void = () => undefined,
  names: readonly string[] = ofTheCluster,
): Promise<void> {
  for (const module of modules.filter(({ name }) => names.includes(name))) {
    const folder = folderOf(module)
    if (existsSync(folder)) continue
    onModule(module.name)
    const temporary = `${folder}.${process.pid}`
    mkdirSync(temporary, { recursive: true })
    await command('go', ['build', '-mod=mod', '-trimpath', '-ldflags', module.ldflags, '-o', `${temporary}/`, ...module.packages], {
      cwd: sourceOf(module),
      env: { CGO_ENABLED: '0', GOFLAGS: '' },
    })
    rmSync(folder, { recursive: true, force: true })
    renameSync(temporary, folder) // whole or not at all
  }
}

function sourceOf(module: Module): string {
  return join(home.checkout, 'local', 'binaries', module.name)
}

function folderOf(module: Module): string {
  const hash = createHash('sha256').update(JSON.stringify([module.ldflags, module.packages]))
  for (const file of readdirSync(sourceOf(module)).sort()) hash.update(file).update(readFileSync(join(sourceOf(module), file)))
  return join(home.cache, 'bin', `${module.name}-${hash.digest('hex').slice(0, 12)}`)
}
