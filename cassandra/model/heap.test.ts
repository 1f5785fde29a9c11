import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { heapOf } from './heap.ts'

for (const [limit, heapSize, heapMiB] of [
  [undefined, undefined, 1024],
  ['640Mi', undefined, 512], // the smallest limit: 80 % of it is the smallest heap
  ['1Gi', undefined, 512],
  ['2047Mi', undefined, 1023],
  ['2Gi', undefined, 1024],
  ['3Gi', undefined, 1536],
  ['8G', undefined, 3814],
  ['62Gi', undefined, 31 * 1024],
  ['256Gi', undefined, 31 * 1024],
  ['4Gi', '3Gi', 3072],
  [undefined, '256Mi', 256],
  ['256Gi', '48Gi', 48 * 1024], // the user may go beyond 31Gi
] as const) {
  test(`limit ${limit ?? 'none'}, heapSize ${heapSize ?? 'none'}: ${heapMiB} MiB`, () => {
    assert.deepEqual(heapOf(limit, heapSize), { ok: true, heapMiB })
  })
}

for (const [limit, heapSize, message] of [
  ['639Mi', undefined, /^spec\.resources\.limits\.memory is 639Mi: .*raise the limit$/],
  ['4 GB', undefined, /^spec\.resources\.limits\.memory is 4 GB: .*write one such as 4Gi$/],
  ['4Gi', '255Mi', /^spec\.jvm\.heapSize is 255Mi: .*256Mi or more$/],
  ['4Gi', 'half', /^spec\.jvm\.heapSize is half: /],
  [
    '4Gi',
    '3500Mi',
    /^spec\.jvm\.heapSize is 3500Mi, more than 80 % of spec\.resources\.limits\.memory \(4Gi\): lower the heap or raise the limit$/,
  ],
] as const) {
  test(`limit ${limit}, heapSize ${heapSize ?? 'none'} is refused`, () => {
    const heap = heapOf(limit, heapSize)
    assert.ok(!heap.ok)
    assert.match(heap.message, message)
  })
}

test('a heap never takes more than 80 % of the limit, and never less than 256 MiB', () => {
  const size = fc.integer({ min: 1, max: 512 * 1024 })
  fc.assert(
    fc.property(size, fc.option(size, { nil: undefined }), (limitMiB, sizeMiB) => {
      const heap = heapOf(`${limitMiB}Mi`, sizeMiB === undefined ? undefined : `${sizeMiB}Mi`)
      if (!heap.ok) return
      assert.ok(Number.isInteger(heap.heapMiB))
      assert.ok(heap.heapMiB >= 256 && heap.heapMiB <= limitMiB * 0.8, `${heap.heapMiB} of ${limitMiB}`)
      if (sizeMiB !== undefined) assert.equal(heap.heapMiB, sizeMiB)
      else assert.ok(heap.heapMiB <= 31 * 1024)
    }),
  )
})
