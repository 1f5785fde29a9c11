// Virtual time: what is due next happens next, and nothing else makes time pass.

export type Clock = {
  readonly now: () => number
  /** @returns how to take it back */
  readonly after: (ms: number, work: () => void) => () => void
  readonly every: (ms: number, work: () => void) => void
  /** Does what is due next; false when nothing is left. */
  readonly step: () => boolean
}

type Entry = { readonly due: number; readonly order: number; work: (() => void) | undefined }

export const START = Date.UTC(2026, 0, 1)

export function createClock(): Clock {
  const heap: Entry[] = []
  let now = START
  let order = 0

  const isBefore = (a: Entry, b: Entry): boolean => a.due < b.due || (a.due === b.due && a.order < b.order)

  const push = (entry: Entry): void => {
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above] as Entry
      if (!isBefore(entry, parent)) break
      heap[at] = parent
      at = above
    }
    heap[at] = entry
  }

  const pop = (): Entry | undefined => {
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Entry, heap[below] as Entry)) below++
      if (!isBefore(heap[below] as Entry, last)) break
      heap[at] = heap[below] as Entry
      at = below
    }
    heap[at] = last
    return top
  }

  const after = (ms: number, work: () => void): (() => void) => {
    const entry: Entry = { due: now + Math.max(0, ms), order: order++, work }
    push(entry)
    return () => {
      entry.work = undefined
    }
  }

  const every = (ms: number, work: () => void): void => {
    after(ms, () => {
      work()
      every(ms, work)
    })
  }

  return {
    now: () => now,
    after,
    every,
    step: () => {
      for (;;) {
        const entry = pop()
        if (entry === undefined) return false
        if (entry.work === undefined) continue
        now = entry.due
        entry.work()
        return true
      }
    },
  }
}
