import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchHealth } from './health.ts'

const MINUTE = 60_000

for (const [name, silentMs, answeringMs, expected] of [
  ['all talk', [1_000, 62_000], 10 * MINUTE, 'good'],
  ['there is no store', [], 10 * MINUTE, 'good'],
  ['one has been silent for 90 s', [1_000, 90_000], 10 * MINUTE, 'silent'],
  ['one has been silent for 5 min while requests succeed', [1_000, 5 * MINUTE], 5 * MINUTE, 'stalled'],
  ['an outage: nothing succeeds', [60 * MINUTE, 60 * MINUTE], 0, 'silent'],
  ['the outage has just ended, the watches are still in their pauses', [60 * MINUTE], 30_000, 'silent'],
  ['the outage ended long ago, and one watch has not come back', [65 * MINUTE, 1_000], 5 * MINUTE, 'stalled'],
] as const) {
  test(`${name}: ${expected}`, () => assert.equal(watchHealth(silentMs, answeringMs), expected))
}
