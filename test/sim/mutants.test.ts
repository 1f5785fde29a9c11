// A safety rule that can be taken out unnoticed is not tested: each mutant breaks its invariant within so many seeds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Mutant, mutants } from './mutants.ts'
import { simulate } from './simulate.ts'

const MOST_SEEDS = 600

for (const mutant of mutants) test(`noticed when missing: ${mutant.name}`, () => assertCaught(mutant))

async function assertCaught({ rules, breaks }: Mutant): Promise<void> {
  for (let seed = 0; seed < MOST_SEEDS; seed++) {
    const { broken } = await simulate(seed, { rules })
    if (broken?.startsWith(`${breaks}:`)) return
  }
  assert.fail(`${breaks} held in ${MOST_SEEDS} seeds`)
}
