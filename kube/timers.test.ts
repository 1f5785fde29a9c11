import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { realTimers } from './timers.ts'

test('a wait of months does not become none at all', async (t) => {
  const warnings: Error[] = []
  const hear = (warning: Error): number => warnings.push(warning)
  process.on('warning', hear)
  t.after(() => process.off('warning', hear))
  const cancel = realTimers.set(() => assert.fail('it has run'), 100 * 86_400_000)
  await turn()
  cancel()
  assert.deepEqual(warnings, [])
})
