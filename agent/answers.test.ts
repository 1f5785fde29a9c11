import assert from 'node:assert/strict'
import { test } from 'node:test'
import { known, unknown } from '../lib/result.ts'
import { flag, list, mapOf, number, object, parseMap, text, texts, value } from './answers.ts'

for (const [source, expected] of [
  ['{dc1=3}', { dc1: '3' }],
  [
    '{class=org.apache.cassandra.locator.NetworkTopologyStrategy, dc1=3, dc2=2}',
    { class: 'org.apache.cassandra.locator.NetworkTopologyStrategy', dc1: '3', dc2: '2' },
  ],
  ['{"class": "SimpleStrategy", "replication_factor": "3"}', { class: 'SimpleStrategy', replication_factor: '3' }],
  ["ReplicationParams{class='NetworkTopologyStrategy', dc1='3/1'}", { class: 'NetworkTopologyStrategy', dc1: '3/1' }],
  ['{}', {}],
  ['', {}],
  ['{dc1}', { dc1: '' }],
] as const) {
  test(`${source || 'nothing'} as a map`, () => assert.deepEqual(parseMap(source), expected))
}

test('a datacenter of a hostile name is a key like any other', () => {
  assert.deepEqual(Object.entries(parseMap('{__proto__=3, constructor=1}')), [
    ['__proto__', '3'],
    ['constructor', '1'],
  ])
  const map = mapOf(JSON.parse('{"__proto__":"x"}'), text)
  assert.deepEqual(Object.keys(map), ['__proto__'])
  assert.equal(Object.getPrototypeOf(map), Object.prototype)
})

test('what has the wrong shape is an error', () => {
  assert.throws(() => list({}), { message: 'Cassandra answered something else where a list was expected' })
  assert.throws(() => texts([1]), { message: 'Cassandra answered 1 where a text was expected' })
  assert.throws(() => object([]))
  assert.throws(() => object(null))
  assert.throws(() => flag('true'))
  assert.throws(() => text(undefined), { message: 'Cassandra answered nothing where a text was expected' })
  for (const bad of [null, undefined, '', 'NaN', 'x', Number.NaN, {}]) assert.throws(() => number(bad), `${String(bad)} is no number`)
})

test('a number comes as number or text', () => assert.deepEqual([number(5), number('5'), number('0')], [5, 5, 0]))

test('the value of an unknown fact is an error in its own words', () => {
  assert.equal(value(known(1, 0)), 1)
  assert.throws(() => value(unknown('Refused', 'no such bean')), { message: 'no such bean' })
  assert.throws(() => value(undefined), { message: 'no answer' })
})
