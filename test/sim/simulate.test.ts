// What the other tests of this folder rely on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulate.ts'

test('one seed gives one run, to the last line', async () => {
  const traces = await Promise.all([run(7), run(7), run(8)])
  assert.deepEqual(traces[0], traces[1])
  assert.notDeepEqual(traces[0], traces[2])
})

test('without faults a cluster is created and grows', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { broken, faults } = await simulate(seed, { faultless: true })
    assert.equal(broken, undefined, `seed ${seed}`)
    assert.deepEqual(faults, [])
  }
})

test('a run meets at least five faults', async () => {
  for (let seed = 0; seed < 20; seed++) assert.ok((await simulate(seed)).faults.length >= 5)
})

async function run(seed: number): Promise<readonly string[]> {
  const lines: string[] = []
  await simulate(seed, { trace: (line) => lines.push(line) })
  return lines
}
