import type { Timers } from '../timers.ts'

export type ManualTimers = Timers & {
  /** Moves the clock; what has become due runs, in its order. */
  readonly advance: (ms: number) => void
  /** Resolves when so many waits of exactly this length are pending. */
  readonly waits: (ms: number, count?: number) => Promise<void>
}

/** Time that moves only when a test says so; randomness is 0.5. */
export function createManualTimers(): ManualTimers {
  type Entry = { readonly work: () => void; readonly ms: number; readonly due: number }
  const entries = new Set<Entry>()
  let now = 1_000_000
  let watchers: (() => void)[] = []
  return {
    now: () => now,
    random: () => 0.5,
    set: (work, ms) => {
      const entry = { work, ms, due: now + ms }
      entries.add(entry)
      for (const watcher of watchers) watcher()
      return () => entries.delete(entry)
    },
    advance: (ms) => {
      const until = now + ms
      for (;;) {
        const next = [...entries].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0]
        if (next === undefined) break
        entries.delete(next)
        now = Math.max(now, next.due)
        next.work()
      }
      now = until
    },
    waits: (ms, count = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if ([...entries].filter((entry) => Math.abs(entry.ms - ms) < 0.001).length < count) return
          watchers = watchers.filter((other) => other !== look)
          resolve()
        }
        watchers.push(look)
        look()
      }),
  }
}
