import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { createRecorder } from './events.ts'

type Event = { readonly note: string; readonly reason: string; readonly eventTime: string; readonly [field: string]: unknown }

const about = (uid: string): KubeObject => ({
  apiVersion: 'ringkeeper.io/v1alpha1',
  kind: 'CassandraCluster',
  metadata: { name: 'demo', namespace: 'shop', uid, resourceVersion: '1' },
})
const cluster = about('one')

function scene(create: (path: string, body: unknown) => Promise<unknown> = async () => ({})) {
  const events: Event[] = []
  const logged: string[] = []
  let now = 0
  const client = {
    create: (path: string, body: unknown) => {
      events.push({ ...(body as Event), path })
      return create(path, body)
    },
  } as unknown as KubeClient
  const record = createRecorder(
    client,
    'operator-1',
    (message) => logged.push(message),
    () => now,
  )
  return { events, logged, record, pass: (ms: number) => (now += ms) }
}

test('an event as the API server takes it', () => {
  const { events, record } = scene()
  record(cluster, 'Warning', 'SchemaSplit', 'x'.repeat(2_000))
  const { eventTime, note, ...rest } = events[0] as Event
  assert.deepEqual(rest, {
    path: '/apis/events.k8s.io/v1/namespaces/shop/events',
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: 'demo-', namespace: 'shop' },
    reportingController: 'ringkeeper.io/operator',
    reportingInstance: 'operator-1',
    regarding: { apiVersion: 'ringkeeper.io/v1alpha1', kind: 'CassandraCluster', name: 'demo', namespace: 'shop', uid: 'one' },
    action: 'SchemaSplit',
    reason: 'SchemaSplit',
    type: 'Warning',
  })
  assert.match(eventTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/)
  assert.equal(note.length, 1_024)
})

test('the same verdict of pass after pass is told once within the hour', () => {
  const { events, record, pass } = scene()
  for (let i = 0; i < 1_440; i++) {
    record(cluster, 'Normal', 'Waiting', 'for node-1')
    pass(5_000)
  }
  assert.equal(events.length, 2) // two hours
})

test('another object, another reason, another text is another event', () => {
  const { events, record } = scene()
  record(cluster, 'Normal', 'Waiting', 'for node-1')
  record(cluster, 'Normal', 'Waiting', 'for node-2')
  record(cluster, 'Normal', 'Adding', 'for node-1')
  record(about('two'), 'Normal', 'Waiting', 'for node-1')
  assert.equal(events.length, 4)
})

test('a text that changes with each pass is merged: ten, then one in five minutes, which says how many there were', () => {
  const { events, record, pass } = scene()
  for (let i = 0; i < 720; i++) {
    record(cluster, 'Normal', 'Waiting', `since ${i * 5} s`)
    pass(5_000)
  }
  assert.ok(events.length >= 20 && events.length <= 23, String(events.length)) // an hour
  assert.equal(events[0]?.note, 'since 0 s')
  assert.match(events.at(-1)?.note ?? '', /^since \d+ s \(changed 60 times since the last event\)$/)
})

test('the text that stays in the end is told, if late', () => {
  const { events, record, pass } = scene()
  for (let i = 0; i < 50; i++) record(cluster, 'Normal', 'Waiting', `try ${i}`)
  pass(300_000)
  record(cluster, 'Normal', 'Waiting', 'try 49')
  assert.equal(events.at(-1)?.note, 'try 49 (changed 40 times since the last event)')
})

test('an event that cannot be written is lost and breaks nothing', async () => {
  const { logged, record } = scene(() => Promise.reject(new Error('no quota')))
  record(cluster, 'Normal', 'Waiting', 'for node-1')
  await turn()
  assert.deepEqual(logged, ['event Waiting: Error: no quota'])
})

test('what is remembered is bounded: the object that was longest not told about is forgotten', () => {
  const { events, record } = scene()
  for (let i = 0; i <= 1_000; i++) record(about(`uid-${i}`), 'Normal', 'Waiting', 'for node-1')
  record(about('uid-1'), 'Normal', 'Waiting', 'for node-1')
  assert.equal(events.length, 1_001)
  record(about('uid-0'), 'Normal', 'Waiting', 'for node-1')
  assert.equal(events.length, 1_002)
})
