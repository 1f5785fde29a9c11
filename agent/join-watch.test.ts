import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createJoinWatch } from './join-watch.ts'
import type { Pulse } from './pulse.ts'

const pulse = (mode: string, streams: number): Pulse => ({ mode, streams, joined: false, serving: false, hostID: 'host' })
const minute = 60_000

/** What the watch says at the end of a course: one pulse each second, from 0 to `seconds`. */
function after(seconds: number, course: (second: number) => Pulse | undefined): boolean {
  const watch = createJoinWatch()
  for (let second = 0; second <= seconds; second++) watch.see(course(second), second * 1000)
  return watch.hasFailed(seconds * 1000)
}

test('a join that fails by its own word has failed once nothing streams any more', () => {
  assert.equal(
    after(10, () => pulse('JOINING_FAILED', 0)),
    false,
  )
  assert.equal(
    after(15, () => pulse('JOINING_FAILED', 0)),
    true,
  )
  assert.equal(
    after(100, () => pulse('JOINING_FAILED', 1)),
    false,
    'it is being resumed: the mode stays until the end',
  )
})

test('4.x stays JOINING: ten minutes without a stream are a failure', () => {
  assert.equal(
    after(599, () => pulse('JOINING', 0)),
    false,
  )
  assert.equal(
    after(600, () => pulse('JOINING', 0)),
    true,
  )
  assert.equal(
    after(1200, () => pulse('JOINING', 2)),
    false,
  )
  assert.equal(
    after(900, (second) => pulse('JOINING', second === 450 ? 1 : 0)),
    false,
    'one stream in between begins the time anew',
  )
})

test('no answer is not silence', () => {
  assert.equal(
    after(900, (second) => (second === 450 ? undefined : pulse('JOINING', 0))),
    false,
  )
})

test('other modes are no join', () => {
  for (const mode of ['NORMAL', 'STARTING', 'LEAVING', 'DRAINED'])
    assert.equal(
      after(1200, () => pulse(mode, 0)),
      false,
    )
  const watch = createJoinWatch()
  assert.equal(watch.hasFailed(60 * minute), false)
})
