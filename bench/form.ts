// How much an operator costs: from apply to three nodes Ready, against three processes started by hand (bench/floor.ts).
// Pairs in turn, so that what the machine does besides falls on both.
import type { Kubectl } from '../local/kubectl.ts'
import { startByHand } from './floor.ts'
import { median, report } from './report.ts'
import { form, remove } from './ring.ts'

const PAIRS = 3
const HEAP_MIB = 1024

export async function benchForm(kubectl: Kubectl): Promise<void> {
  const hand: number[] = []
  const ours: number[] = []
  for (let pair = 1; pair <= PAIRS; pair++) {
    hand.push(await startByHand(HEAP_MIB))
    ours.push(await form(kubectl, `form${pair}`, 3, HEAP_MIB))
    await remove(kubectl, `form${pair}`)
    report('form', { pair, byHandSeconds: hand.at(-1), operatorSeconds: ours.at(-1) })
  }
  report('form', { byHandMedian: median(hand), operatorMedian: median(ours), ratio: median(ours) / median(hand), aim: 1.2 })
}
