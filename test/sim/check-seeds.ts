import assert from 'node:assert/strict'
import { simulate } from './simulate.ts'

export const SEEDS = 5_000

/** Half of the seeds; each half has a test file of its own, so that two processors work. */
export async function checkSeeds(half: 0 | 1): Promise<void> {
  for (let seed: number = half; seed < SEEDS; seed += 2) {
    const { broken, faults } = await simulate(seed)
    const story = `seed ${seed}: ${broken}\n${faults.map((fault) => `  ${fault}`).join('\n')}\nreplay: npm run sim -- --seed ${seed}`
    assert.equal(broken, undefined, story)
  }
}
