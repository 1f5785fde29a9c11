// Creation time by size. More nodes are more JVMs to start on the same cores and nothing else, so the processor time of the
// machine stands beside each: seconds should grow with it and not with the number of nodes.
import { readFileSync } from 'node:fs'
import type { Kubectl } from '../local/kubectl.ts'
import { report } from './report.ts'
import { form, remove } from './ring.ts'

const HEAP_MIB = 512

export async function benchSizes(kubectl: Kubectl): Promise<void> {
  let first: { readonly seconds: number; readonly cpu: number } | undefined
  for (const nodes of [3, 6, 9]) {
    const before = cpuSeconds()
    const seconds = await form(kubectl, `size${nodes}`, nodes, HEAP_MIB)
    const cpu = cpuSeconds() - before
    await remove(kubectl, `size${nodes}`)
    first ??= { seconds, cpu }
    report('sizes', { nodes, seconds, cpuSeconds: cpu, timesThree: seconds / first.seconds, cpuTimesThree: cpu / first.cpu })
  }
}

/** User, nice, system time of all processors since boot, in seconds. */
function cpuSeconds(): number {
  const [, user = 0, nice = 0, system = 0] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(/\s+/).map(Number)
  return (user + nice + system) / 100
}
