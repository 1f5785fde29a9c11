import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf } from './versions.ts'

for (const [version, line] of [
  ['4.0.17', '4.0'],
  ['4.1.0', '4.1'],
  ['5.0.9', '5.0'],
  ['5.0.10', '5.0'],
  ['3.11.19', undefined],
  ['4.10.1', undefined], // begins with 4.1, and is another line
  ['14.0.1', undefined],
  ['5.1.0', undefined],
  ['5.0', undefined],
  ['', undefined],
] as const) {
  test(`${version || 'an empty text'} is of ${line ?? 'no known line'}`, () => assert.equal(lineOf(version), line))
}
