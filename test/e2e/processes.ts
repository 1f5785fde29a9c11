// The processes of the local cluster seen from the machine: a container cannot kill its own first process with SIGKILL.
import { readdirSync, readFileSync } from 'node:fs'

/** @returns the pid of the JVM that runs the pod, or undefined */
export function cassandraPid(pod: string): number | undefined {
  return pids().find((pid) => /(^|\/)java$/.test(read(pid, 'cmdline')[0] ?? '') && read(pid, 'environ').includes(`HOSTNAME=${pod}`))
}

/** @returns the pids of all JVMs that a launcher has become */
export function cassandraPids(): readonly number[] {
  return pids().filter((pid) => read(pid, 'cmdline')[1]?.startsWith('@/ringkeeper/start/') === true)
}

/** @returns the pids of the operator's processes, whose command line names the bundle */
export function operatorPids(): readonly number[] {
  return pids().filter((pid) => read(pid, 'cmdline').includes('/app/operator.mjs'))
}

/** @returns the pids of the agents */
export function agentPids(): readonly number[] {
  return pids().filter((pid) => read(pid, 'cmdline').includes('/app/agent.mjs'))
}

/** Host name that a process of a container sees: the name of its pod. */
export function hostOf(pid: number): string | undefined {
  return read(pid, 'environ')
    .find((entry) => entry.startsWith('HOSTNAME='))
    ?.slice('HOSTNAME='.length)
}

/** Resident memory of a process in MiB, and the part that is its own and not pages of a file. */
export function memoryOf(pid: number): { readonly residentMiB: number; readonly privateMiB: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  return { residentMiB: kib('VmRSS') / 1024, privateMiB: kib('RssAnon') / 1024 }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

function read(pid: number, file: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0')
  } catch {
    return [] // it has ended meanwhile
  }
}
