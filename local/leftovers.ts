// What a cluster leaves on the machine besides its daemons: containers, mounts, cgroups, sockets. Found by marks that only
// ours carry (cgroup names, the socket path), so that nothing else is ever touched.
import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { command } from './command.ts'
import { RUN_ROOT } from './kube-node.ts'
import type { NodeNetwork } from './network.ts'

const CGROUPS = '/sys/fs/cgroup'

/** Ends the containers and their shims; returns when all are gone. */
export async function killContainers(nodes: readonly NodeNetwork[]): Promise<void> {
  for (let round = 0; ; round++) {
    const pids = [...new Set([...shims(), ...nodes.flatMap((node) => cgroupsOf(node).flatMap(processesBelow))])]
    if (pids.length === 0) return
    if (round > 200) throw new Error(`processes ${pids.join(', ')} do not end`)
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // ended meanwhile
      }
    }
    await delay(50)
  }
}

export async function unmountBelow(folders: readonly string[]): Promise<void> {
  const mounts = readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '))
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)))
  if (mounts.length > 0) await command('umount', ['-l', ...mounts.reverse()])
}

export function removeCgroups(nodes: readonly NodeNetwork[]): void {
  for (const node of nodes) for (const folder of cgroupsOf(node)) removeTree(folder)
}

export function removeFiles(folders: readonly string[]): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

/** Shims name the socket of their containerd on the command line. */
function shims(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
        return /containerd-shim/.test(words[0] ?? '') && words.some((word) => word.startsWith(`${RUN_ROOT}/`))
      } catch {
        return false
      }
    })
}

/** In every hierarchy: runc makes them also in those that the kubelet does not ask for. */
function cgroupsOf(node: NodeNetwork): string[] {
  const hierarchies = existsSync(CGROUPS) ? ['.', ...readdirSync(CGROUPS)] : []
  return hierarchies.map((name) => join(CGROUPS, name, node.netns)).filter((folder) => existsSync(folder))
}

function processesBelow(folder: string): number[] {
  if (!existsSync(folder)) return []
  const own = readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number)
  return [...own, ...childrenOf(folder).flatMap(processesBelow)]
}

function removeTree(folder: string): void {
  if (!existsSync(folder)) return
  for (const child of childrenOf(folder)) removeTree(child)
  rmdirSync(folder)
}

function childrenOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []))
}
