import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KubeObject } from '../api/objects.ts'
import { createShelf, type Shelf } from './shelf.ts'

type Told = readonly [now: string | undefined, before: string | undefined]
const nameOf = (object: KubeObject | undefined): string | undefined => object && `${object.metadata.uid}@${object.metadata.resourceVersion}`

const of = (uid: string, resourceVersion: number, name = 'a'): KubeObject => ({
  metadata: { name, namespace: 'shop', uid, resourceVersion: String(resourceVersion) },
})

function shelfOf(...items: KubeObject[]): { readonly shelf: Shelf<KubeObject>; readonly told: Told[] } {
  const told: Told[] = []
  const shelf = createShelf<KubeObject>(
    (object) => object,
    (now, before) => told.push([nameOf(now), nameOf(before)]),
  )
  shelf.replaceAll(items, '100')
  told.length = 0
  return { shelf, told }
}

test('a change is told with what was there before', () => {
  const { shelf, told } = shelfOf(of('one', 50))
  shelf.apply({ type: 'MODIFIED', object: of('one', 101) })
  shelf.apply({ type: 'DELETED', object: of('one', 102) })
  assert.deepEqual(told, [
    ['one@101', 'one@50'],
    [undefined, 'one@101'],
  ])
})

test('a new uid under an old name is a delete and an add', () => {
  const { shelf, told } = shelfOf(of('one', 50))
  shelf.apply({ type: 'ADDED', object: of('two', 101) })
  assert.deepEqual(told, [
    [undefined, 'one@50'],
    ['two@101', undefined],
  ])
})

test('so it is in a list', () => {
  const { shelf, told } = shelfOf(of('one', 50))
  shelf.replaceAll([of('two', 101)], '110')
  assert.deepEqual(told, [
    [undefined, 'one@50'],
    ['two@101', undefined],
  ])
})

test('the end of the predecessor does not end its namesake', () => {
  const { shelf, told } = shelfOf(of('two', 90))
  shelf.apply({ type: 'DELETED', object: of('one', 101) })
  assert.equal(shelf.get('shop', 'a')?.metadata.uid, 'two')
  assert.deepEqual(told, [])
})

for (const [name, late] of [
  ['of the same object', { type: 'MODIFIED', object: of('one', 40) }],
  ['of its predecessor', { type: 'MODIFIED', object: of('zero', 40) }],
  ['of an object that is gone', { type: 'MODIFIED', object: of('gone', 40, 'b') }],
] as const) {
  test(`a late event ${name} is dropped, and the resume point stays`, () => {
    const { shelf, told } = shelfOf(of('one', 50))
    shelf.apply(late)
    assert.deepEqual(told, [])
    assert.deepEqual(shelf.all(), [of('one', 50)])
    assert.equal(shelf.version(), '100')
  })
}

test('versions are numbers, not text', () => {
  const { shelf } = shelfOf(of('one', 50))
  shelf.apply({ type: 'MODIFIED', object: of('one', 1_000) })
  shelf.apply({ type: 'MODIFIED', object: of('one', 999) })
  assert.equal(nameOf(shelf.get('shop', 'a')), 'one@1000')
  const big = '18446744073709551615'
  shelf.apply({ type: 'BOOKMARK', object: { metadata: { name: '', uid: '', resourceVersion: big } } })
  assert.equal(shelf.hasSeen({ metadata: { name: 'a', uid: 'one', resourceVersion: big } }), true)
  assert.equal(shelf.hasSeen({ metadata: { name: 'a', uid: 'one', resourceVersion: '18446744073709551616' } }), false)
})

test('a list is the truth, also when the server went back in time', () => {
  const { shelf, told } = shelfOf(of('one', 50), of('two', 60, 'b'))
  shelf.replaceAll([of('one', 40)], '45')
  assert.deepEqual(told, [
    [undefined, 'two@60'],
    ['one@40', 'one@50'],
  ])
  assert.equal(shelf.version(), '45')
  shelf.apply({ type: 'MODIFIED', object: of('one', 46) })
  assert.equal(nameOf(shelf.get('shop', 'a')), 'one@46')
})

test('what has not changed is not told', () => {
  const { shelf, told } = shelfOf(of('one', 50))
  shelf.replaceAll([of('one', 50)], '110')
  assert.deepEqual(told, [])
})

test('a bookmark moves the resume point and nothing else', () => {
  const { shelf, told } = shelfOf(of('one', 50))
  shelf.apply({ type: 'BOOKMARK', object: { metadata: { name: '', uid: '', resourceVersion: '900' } } })
  assert.equal(shelf.version(), '900')
  assert.deepEqual(told, [])
  assert.equal(shelf.all().length, 1)
})

test('your write is seen when the shelf has passed its version', () => {
  const { shelf } = shelfOf(of('one', 50))
  assert.equal(shelf.hasSeen(of('one', 101)), false)
  shelf.apply({ type: 'MODIFIED', object: of('one', 101) })
  assert.equal(shelf.hasSeen(of('one', 101)), true)
})

test('a successor that you made is not seen while its predecessor is still held', () => {
  const { shelf } = shelfOf(of('one', 50))
  assert.equal(shelf.hasSeen(of('two', 103)), false)
  shelf.apply({ type: 'DELETED', object: of('one', 102) })
  assert.equal(shelf.hasSeen(of('two', 103)), false)
  shelf.apply({ type: 'ADDED', object: of('two', 103) })
  assert.equal(shelf.hasSeen(of('two', 103)), true)
})

test('your write that was deleted meanwhile has been seen', () => {
  const { shelf } = shelfOf()
  shelf.apply({ type: 'DELETED', object: of('one', 105) })
  assert.equal(shelf.hasSeen(of('one', 101)), true)
})

test('before the first list nothing has been seen', () => {
  const shelf = createShelf<KubeObject>(
    (object) => object,
    () => undefined,
  )
  assert.equal(shelf.hasSeen(of('one', 1)), false)
})

test('only what is wanted is kept, without managedFields, and nobody can change it', () => {
  const shelf = createShelf<KubeObject & { spec?: { list: string[] }; bulk?: string }>(
    ({ bulk: _, ...rest }) => rest,
    () => undefined,
  )
  const managedFields = [{ manager: 'somebody' }]
  shelf.replaceAll(
    [{ ...of('one', 50), metadata: { ...of('one', 50).metadata, managedFields } as never, spec: { list: ['x'] }, bulk: '…' }],
    '100',
  )
  const kept = shelf.get('shop', 'a')
  assert.deepEqual(kept, { ...of('one', 50), spec: { list: ['x'] } })
  assert.throws(() => kept?.spec?.list.push('y'), TypeError)
})

test('whatever comes, the shelf never holds what the server has deleted, and what is told adds up to what is held', () => {
  const step = fc.record({
    name: fc.constantFrom('a', 'b'),
    uid: fc.constantFrom('one', 'two'),
    kind: fc.constantFrom('change', 'delete', 'replay', 'list'),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const truth = new Map<string, KubeObject>()
      const mirror = new Map<string, string | undefined>()
      const shelf = createShelf<KubeObject>(
        (object) => object,
        (now, before) => {
          const { name } = (now ?? before)?.metadata ?? { name: '' }
          assert.equal(mirror.get(name), nameOf(before))
          if (now === undefined) mirror.delete(name)
          else mirror.set(name, nameOf(now))
        },
      )
      shelf.replaceAll([], '100')
      const sent: Parameters<typeof shelf.apply>[0][] = []
      let version = 100
      for (const { name, uid, kind } of steps) {
        const live = truth.get(name)
        if (kind === 'list') shelf.replaceAll([...truth.values()], String(version))
        else if (kind === 'replay') for (const event of sent.slice(0, -1)) shelf.apply(event)
        else if (kind === 'change') {
          const object = of(`${name}-${uid}`, ++version, name)
          truth.set(name, object)
          sent.push({ type: 'MODIFIED', object })
        } else if (live !== undefined) {
          truth.delete(name)
          sent.push({ type: 'DELETED', object: of(live.metadata.uid, ++version, name) })
        }
        const last = sent.at(-1)
        if (last !== undefined && (kind === 'change' || kind === 'delete')) shelf.apply(last)
        assert.deepEqual(new Map(shelf.all().map((object) => [object.metadata.name, nameOf(object)])), mirror)
        assert.deepEqual(mirror, new Map([...truth].map(([key, object]) => [key, nameOf(object)])))
      }
    }),
  )
})
