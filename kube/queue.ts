// Work by key: one run a key at a time, bursts merge, a failing key waits longer each time (rule 10).
import { realTimers, type Timers } from './timers.ts'

export type Queue = {
  /** Runs the key after `afterMs`; an earlier time that is already set stays. */
  readonly add: (key: string, afterMs?: number) => void
  /** Forgets the key and all that is kept for it; a run that has begun is the last. */
  readonly forget: (key: string) => void
  /** Ends: nothing starts any more; resolves when what runs has ended. */
  readonly stop: () => Promise<void>
}

type Entry = {
  cancel: (() => void) | undefined
  due: number
  /** A change may end the wait of a failing key early, but not at once: its own failing may be what changes. */
  notBefore: number
  running: Promise<void> | undefined
  again: number | undefined
  isForgotten: boolean
  failures: number
}

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000

/**
 * @param work answers after how many ms the key should run again, or undefined; when it throws, the key waits 1 s, 2 s … 60 s,
 *   each up to a quarter less
 */
export function createQueue(
  work: (key: string) => Promise<number | undefined>,
  onError: (key: string, error: unknown) => void,
  timers: Timers = realTimers,
): Queue {
  const entries = new Map<string, Entry>()
  let stopped = false

  const schedule = (key: string, entry: Entry, afterMs: number): void => {
    const due = Math.max(timers.now() + afterMs, entry.notBefore)
    if (entry.cancel !== undefined && entry.due <= due) return
    entry.cancel?.()
    entry.due = due
    entry.cancel = timers.set(() => {
      entry.cancel = undefined
      entry.running = run(key, entry)
    }, due - timers.now())
  }

  const run = async (key: string, entry: Entry): Promise<void> => {
    let next: number | undefined
    try {
      next = await work(key)
      entry.failures = 0
    } catch (error) {
      onError(key, error)
      const backoff = Math.min(FIRST_BACKOFF_MS * 2 ** entry.failures, LONGEST_BACKOFF_MS)
      entry.failures++
      next = backoff * (0.75 + timers.random() / 4)
      entry.notBefore = timers.now() + Math.min(next, FIRST_BACKOFF_MS)
    }
    entry.running = undefined
    if (entry.isForgotten) {
      next = undefined
      entry.failures = 0
    }
    const wish = [next, entry.again].filter((ms) => ms !== undefined)
    entry.again = undefined
    entry.isForgotten = false
    if (stopped || wish.length === 0) entries.delete(key)
    else schedule(key, entry, Math.min(...wish))
  }

  return {
    add: (key, afterMs = 0) => {
      if (stopped) return
      const entry = entries.get(key) ?? newEntry()
      entries.set(key, entry)
      if (entry.running === undefined) schedule(key, entry, afterMs)
      else entry.again = Math.min(entry.again ?? afterMs, afterMs)
    },
    forget: (key) => {
      const entry = entries.get(key)
      if (entry?.running === undefined) {
        entry?.cancel?.()
        entries.delete(key)
        return
      }
      // It stays until the run has ended, or the key could run twice at once.
      entry.isForgotten = true
      entry.again = undefined
    },
    stop: async () => {
      stopped = true
      for (const entry of entries.values()) entry.cancel?.()
      await Promise.all([...entries.values()].map((entry) => entry.running))
    },
  }
}

function newEntry(): Entry {
  return { cancel: undefined, due: 0, notBefore: 0, running: undefined, again: undefined, isForgotten: false, failures: 0 }
}
