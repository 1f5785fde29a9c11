// Work by key: one run a key at a time, bursts merge, a failing key waits longer each time (rule 10).

export type Queue = {
  /** Runs the key after `afterMs`; an earlier time that is already set stays. */
  readonly add: (key: string, afterMs?: number) => void
  /** Forgets the key and all that is kept for it. */
  readonly forget: (key: string) => void
  /** Ends: nothing starts any more; resolves when what runs has ended. */
  readonly stop: () => Promise<void>
}

export type Timers = { readonly set: (work: () => void, ms: number) => () => void; readonly now: () => number }

const realTimers: Timers = {
  set: (work, ms) => {
    const timer = setTimeout(work, ms)
    return () => clearTimeout(timer)
  },
  now: () => performance.now(),
}

type Entry = {
  cancel: (() => void) | undefined
  due: number
  running: Promise<void> | undefined
  again: number | undefined
  failures: number
}

const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 60_000

/**
 * @param work answers after how many ms the key should run again, or undefined; when it throws, the key waits 1 s, 2 s … 60 s
 */
export function createQueue(
  work: (key: string) => Promise<number | undefined>,
  onError: (key: string, error: unknown) => void,
  timers: Timers = realTimers,
): Queue {
  const entries = new Map<string, Entry>()
  let stopped = false

  const schedule = (key: string, entry: Entry, afterMs: number): void => {
    const due = timers.now() + afterMs
    if (entry.cancel !== undefined && entry.due <= due) return
    entry.cancel?.()
    entry.due = due
    entry.cancel = timers.set(() => {
      entry.cancel = undefined
      entry.running = run(key, entry)
    }, afterMs)
  }

  const run = async (key: string, entry: Entry): Promise<void> => {
    let next: number | undefined
    try {
      next = await work(key)
      entry.failures = 0
    } catch (error) {
      onError(key, error)
      const base = Math.min(FIRST_BACKOFF_MS * 2 ** entry.failures, LONGEST_BACKOFF_MS)
      entry.failures++
      next = base * (0.75 + Math.random() / 2)
    }
    entry.running = undefined
    if (stopped || entries.get(key) !== entry) return
    const wish = [next, entry.again].filter((ms) => ms !== undefined)
    entry.again = undefined
    if (wish.length > 0) schedule(key, entry, Math.min(...wish))
    else if (entry.failures === 0 && entry.cancel === undefined) entries.delete(key)
  }

  return {
    add: (key, afterMs = 0) => {
      if (stopped) return
      const entry = entries.get(key) ?? { cancel: undefined, due: 0, running: undefined, again: undefined, failures: 0 }
      entries.set(key, entry)
      if (entry.running === undefined) schedule(key, entry, afterMs)
      else entry.again = Math.min(entry.again ?? afterMs, afterMs)
    },
    forget: (key) => {
      entries.get(key)?.cancel?.()
      entries.delete(key)
    },
    stop: async () => {
      stopped = true
      for (const entry of entries.values()) entry.cancel?.()
      await Promise.all([...entries.values()].map((entry) => entry.running))
    },
  }
}
