import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatBytes, parseQuantity } from './units.ts'

for (const [text, value] of [
  ['0', 0],
  ['4Gi', 4 * 2 ** 30],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['640Mi', 640 * 2 ** 20],
  ['10Ki', 10_240],
  ['2Ti', 2 ** 41],
  ['3Pi', 3 * 2 ** 50],
  ['500m', 0.5],
  ['2k', 2000],
  ['1G', 1e9],
  ['5T', 5e12],
  ['1P', 1e15],
  ['1e3', 1000],
] as const) {
  test(`${text} is ${value}`, () => assert.equal(parseQuantity(text), value))
}

for (const text of [
  '',
  'Gi',
  '4gi',
  '4 Gi',
  '4GB',
  '-1Gi',
  '1.Gi',
  '4KiB',
  '1e',
  'e3',
  'NaN',
  'Infinity',
  '0x10',
  '4Gi\n',
  'constructor',
  '4constructor',
]) {
  test(`${JSON.stringify(text)} is no quantity`, () => assert.equal(parseQuantity(text), undefined))
}

test('every quantity that the API accepts is understood', () => {
  const accepted = fc.stringMatching(/^[0-9]+([.][0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi)?$/)
  fc.assert(fc.property(accepted, (text) => assert.ok((parseQuantity(text) ?? -1) >= 0, text)))
})

for (const [bytes, text] of [
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [1536, '1.5 KiB'],
  [2 ** 20 - 1, '1.0 MiB'],
  [14_066_016_256, '13.1 GiB'],
  [2 ** 40, '1.0 TiB'],
  [5000 * 2 ** 50, '5000.0 PiB'],
] as const) {
  test(`${bytes} bytes are ${text}`, () => assert.equal(formatBytes(bytes), text))
}

test('no number of more than four digits before PiB, and no 1024', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (bytes) => {
      const [number] = formatBytes(bytes).split(' ')
      assert.ok(Number(number) < 1024, formatBytes(bytes))
    }),
  )
})
