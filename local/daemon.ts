// Processes of the environment: each has a pid file with its start time, so that a recycled pid is never taken for ours,
// and a log whose tail is shown when it fails.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

type PidFile = { readonly pid: number; readonly startTime: string }

export type DaemonSpec = {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
  /** Network namespace to run in; the machine's when absent. */
  readonly netns?: string
  readonly env?: Readonly<Record<string, string>>
}

export function startDaemon(state: string, spec: DaemonSpec): void {
  mkdirSync(join(state, 'run'), { recursive: true })
  mkdirSync(join(state, 'log'), { recursive: true })
  const log = openSync(logFile(state, spec.name), 'a')
  const inNamespace = spec.netns !== undefined
  // nsenter and not `ip netns exec`, which hides the cgroups.
  const program = inNamespace ? 'nsenter' : spec.program
  const args = inNamespace ? [`--net=/var/run/netns/${spec.netns}`, spec.program, ...spec.args] : spec.args
  const child = spawn(program, [...args], { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...spec.env } })
  child.on('error', () => undefined) // seen as a process that does not run
  child.unref()
  if (child.pid === undefined) throw new Error(`${program} cannot be started`)
  const record: PidFile = { pid: child.pid, startTime: startTimeOf(child.pid) ?? '' }
  writeFileSync(pidFile(state, spec.name), JSON.stringify(record))
}

export function isRunning(state: string, name: string): boolean {
  const record = readPidFile(state, name)
  return record !== undefined && startTimeOf(record.pid) === record.startTime
}

/** @returns the pid of a daemon that runs; throws when it does not */
export function pidOf(state: string, name: string): number {
  const record = readPidFile(state, name)
  if (record === undefined || startTimeOf(record.pid) !== record.startTime) throw new Error(`${name} does not run`)
  return record.pid
}

export function daemons(state: string): readonly string[] {
  const folder = join(state, 'run')
  if (!existsSync(folder)) return []
  return readdirSync(folder).flatMap((file) => (file.endsWith('.pid') ? [file.slice(0, -4)] : []))
}

/** Asks it to end, makes it end after ten seconds, and returns when it is gone. */
export async function stopDaemon(state: string, name: string): Promise<void> {
  const record = readPidFile(state, name)
  if (record !== undefined) {
    for (let waited = 0; startTimeOf(record.pid) === record.startTime; waited += 50) {
      if (waited % 10_000 === 0) process.kill(record.pid, waited === 0 ? 'SIGTERM' : 'SIGKILL')
      await delay(50)
    }
  }
  rmSync(pidFile(state, name), { force: true })
}

/** Waits until the probe says yes; a daemon that ends meanwhile, or the deadline, throws with the tail of its log. */
export async function awaitReady(state: string, name: string, timeoutMs: number, probe: () => Promise<boolean>): Promise<void> {
  const endsAt = Date.now() + timeoutMs
  while (!(await probe())) {
    if (!isRunning(state, name)) throw new Error(`${name} ended:\n${tail(state, name)}`)
    if (Date.now() > endsAt) throw new Error(`${name} is not ready after ${timeoutMs / 1000} s:\n${tail(state, name)}`)
    await delay(100)
  }
}

export function tail(state: string, name: string): string {
  const file = logFile(state, name)
  return existsSync(file) ? `${readFileSync(file, 'utf8').split('\n').slice(-15).join('\n')}\n(whole log: ${file})` : '(no log)'
}

/** Field 22 of /proc/PID/stat; undefined when the process is gone or a zombie. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function logFile(state: string, name: string): string {
  return join(state, 'log', `${name}.log`)
}

function pidFile(state: string, name: string): string {
  return join(state, 'run', `${name}.pid`)
}

function readPidFile(state: string, name: string): PidFile | undefined {
  try {
    return JSON.parse(readFileSync(pidFile(state, name), 'utf8')) as PidFile
  } catch {
    return undefined
  }
}
