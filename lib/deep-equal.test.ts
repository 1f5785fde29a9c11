import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { deepEqual } from './deep-equal.ts'

/** Few different leaves, so that equal pairs happen. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom(null, true, 0, 1, '', 'a'),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { maxKeys: 2, noNullPrototype: true }),
  ),
}))

test('JSON values are equal when Node says so', () => {
  fc.assert(
    fc.property(value, value, (a, b) => deepEqual(a, b) === isDeepStrictEqual(a, b)),
    { numRuns: 1000 },
  )
})

test('a copy is equal, and not equal any more with one key more', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      assert.ok(deepEqual(value, structuredClone(value)))
      assert.ok(!deepEqual(value, { ...value, 'a key that no text of the generator is': 1 }))
    }),
  )
})

for (const [a, b, equal] of [
  [{ a: 1 }, { a: 1, b: undefined }, true],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{}, [], false],
  [{ 0: 'x' }, ['x'], false],
  [null, {}, false],
  [null, undefined, false],
  ['1', 1, false],
  [{ a: { b: [{ c: 1 }] } }, { a: { b: [{ c: 2 }] } }, false],
] as const) {
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} are ${equal ? '' : 'not '}equal`, () => assert.equal(deepEqual(a, b), equal))
}
