// Time as the client uses it: monotonic, never the wall clock. Tests bring their own.

export type Timers = {
  /** @returns how to take it back */
  readonly set: (work: () => void, ms: number) => () => void
  readonly now: () => number
  readonly random: () => number
}

/** setTimeout turns a longer wait into none at all. */
const LONGEST_MS = 2 ** 31 - 1

export const realTimers: Timers = {
  set: (work, ms) => {
    const timer = setTimeout(work, Math.min(Math.max(ms, 0), LONGEST_MS))
    return () => clearTimeout(timer)
  },
  now: () => performance.now(),
  random: Math.random,
}

/** Waits, at most until the signal; the signal outlives the wait, so nothing stays on it. */
export async function pause(timers: Timers, ms: number, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = timers.set(resolve, ms)
  const wake = (): void => resolve()
  signal?.addEventListener('abort', wake)
  try {
    await promise
  } finally {
    cancel()
    signal?.removeEventListener('abort', wake)
  }
}

/** @throws when the answer is not there in time; the work itself goes on, unheard */
export async function withDeadline<T>(timers: Timers, work: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const cancel = timers.set(() => late.reject(new Error('no answer in time')), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    cancel()
  }
}
