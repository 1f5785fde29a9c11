import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest-name.ts'

const known = ['concurrent_reads', 'concurrent_writes', 'column_index_size', 'cdc_enabled']

for (const [name, nearest] of [
  ['concurent_reads', 'concurrent_reads'],
  ['concurrent_write', 'concurrent_writes'],
  ['cdc_enable', 'cdc_enabled'],
  ['CDC_enabled', 'cdc_enabled'],
  ['cdc_enabled', 'cdc_enabled'],
  ['max_connections', undefined],
  ['x', undefined],
  ['', undefined],
] as const) {
  test(`${JSON.stringify(name)} means ${nearest ?? 'nothing known'}`, () => assert.equal(nearestName(name, known), nearest))
}

test('an exact name is found before a longer one', () => assert.equal(nearestName('ab', ['abc', 'ab']), 'ab'))
