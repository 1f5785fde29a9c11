import { parseQuantity } from '../../lib/units.ts'

export type Heap = { readonly ok: true; readonly heapMiB: number } | { readonly ok: false; readonly message: string }

const MI = 2 ** 20
const GI = 2 ** 30
/** Where neither limit nor heapSize says anything. */
const DEFAULT_MIB = 1024
/** Off-heap memory, threads and the page tables need the rest. */
const LARGEST_SHARE = 0.8
/** Beyond it object pointers have 64 bits, and a larger heap holds less. */
const LARGEST = 31 * GI

/**
 * Heap of Cassandra: half of the memory limit, at least 1Gi (512Mi when the limit is below 2Gi), at most 31Gi; or what
 * spec.jvm.heapSize says, when the limit leaves room for it.
 */
export function heapOf(memoryLimit: string | number | undefined, heapSize: string | undefined): Heap {
  const limit = memoryLimit === undefined ? undefined : parseQuantity(String(memoryLimit))
  if (memoryLimit !== undefined && limit === undefined) {
    return { ok: false, message: `spec.resources.limits.memory is ${memoryLimit}: that is no quantity; write one such as 4Gi` }
  }
  if (heapSize !== undefined) return explicit(heapSize, limit, memoryLimit)
  if (limit === undefined) return { ok: true, heapMiB: DEFAULT_MIB }
  const smallest = limit < 2 * GI ? 512 * MI : GI
  const heap = Math.min(Math.max(limit / 2, smallest), LARGEST)
  if (heap > limit * LARGEST_SHARE) {
    return { ok: false, message: `spec.resources.limits.memory is ${memoryLimit}: Cassandra needs at least 640Mi; raise the limit` }
  }
  return { ok: true, heapMiB: Math.floor(heap / MI) }
}

function explicit(heapSize: string, limit: number | undefined, memoryLimit: string | number | undefined): Heap {
  const heap = parseQuantity(heapSize)
  if (heap === undefined || heap < 256 * MI) {
    return { ok: false, message: `spec.jvm.heapSize is ${heapSize}: it must be a quantity of 256Mi or more` }
  }
  if (limit !== undefined && heap > limit * LARGEST_SHARE) {
    return {
      ok: false,
      message: `spec.jvm.heapSize is ${heapSize}, more than 80 % of spec.resources.limits.memory (${memoryLimit}): lower the heap or raise the limit`,
    }
  }
  return { ok: true, heapMiB: Math.floor(heap / MI) }
}
