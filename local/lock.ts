// One `up` or `down` at a time on a machine, whichever checkout it comes from. The holder is named by pid and start time,
// so that the lock of a process that was killed is nobody's.
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startTimeOf } from './daemon.ts'

const UNWRITTEN_MS = 5_000

type Holder = { readonly pid: number; readonly startTime: string; readonly checkout: string }

/** Runs the work while it holds the lock; says for whom it waits. @throws when another process holds it for `patienceMs` */
export async function withLock<T>(
  file: string,
  checkout: string,
  work: () => Promise<T>,
  say: (text: string) => void,
  patienceMs = 20 * 60_000,
): Promise<T> {
  const me: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', checkout }
  mkdirSync(dirname(file), { recursive: true })
  const endsAt = Date.now() + patienceMs
  for (let said = false; !take(file, me); said = true) {
    const holder = read(file)
    if (holder === undefined ? isAbandoned(file) : startTimeOf(holder.pid) !== holder.startTime) {
      discard(file, holder)
      continue
    }
    const who = holder === undefined ? 'another process' : `process ${holder.pid} of ${holder.checkout}`
    if (Date.now() > endsAt) throw new Error(`${who} holds the local environment (${file}); end it, or wait for it`)
    if (!said) say(`waiting for ${who}, which changes the local environment`)
    await delay(500)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string, me: Holder): boolean {
  try {
    writeFileSync(file, JSON.stringify(me), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function read(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder
  } catch {
    return undefined // just released, or being written
  }
}

/** Killed between making the file and writing it. */
function isAbandoned(file: string): boolean {
  const made = statSync(file, { throwIfNoEntry: false })
  return made !== undefined && Date.now() - made.mtimeMs > UNWRITTEN_MS
}

/** Takes the file of a dead holder away, and only that: two waiters may see it at once. */
function discard(file: string, dead: Holder | undefined): void {
  const aside = `${file}.${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return // the other waiter was faster
  }
  const moved = read(aside)
  if (moved !== undefined && moved.pid !== dead?.pid) {
    // It was a fresh lock by then; its holder goes on without the file for a moment, so it is put back at once.
    renameSync(aside, file)
    return
  }
  rmSync(aside, { force: true })
}
