import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const script = join(dirname(fileURLToPath(import.meta.url)), 'stop.sh')

type Course = { readonly status: number | null; readonly seconds: number; readonly has: (name: string) => boolean }

/** Runs the script on a shared folder that holds `files`; `second` is shell that a second of its sleep runs instead. */
function stop(t: TestContext, files: Readonly<Record<string, string>>, limit = '240', second = ':'): Course {
  const dir = mkdtempSync(join(tmpdir(), 'stop-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const start = join(dir, 'run/start')
  mkdirSync(join(dir, 'bin'))
  mkdirSync(start, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(start, name), text)
  const sleep = `#!/bin/sh\n[ "$1" = 1 ] || exit 2\necho . >> ${dir}/seconds\ncd ${start}\nseconds=$(/usr/bin/wc -l < ${dir}/seconds)\n${second}\nexit 0\n`
  writeFileSync(join(dir, 'bin/sleep'), sleep, { mode: 0o755 })
  const env = { PATH: join(dir, 'bin'), RINGKEEPER_RUN: join(dir, 'run') }
  const { status } = spawnSync('/bin/sh', [script, limit], { env })
  const seconds = existsSync(join(dir, 'seconds')) ? readFileSync(join(dir, 'seconds'), 'utf8').length / 2 : 0
  return { status, seconds, has: (name) => existsSync(join(start, name)) }
}

const request = 'id=a-b-c\nhome=/opt/cassandra\njava=openjdk version "17.0.2"\n'

test('before the launcher has asked, and while it waits for its arguments, there is nothing to wait for', (t) => {
  const nothing = stop(t, {})
  assert.deepEqual([nothing.status, nothing.seconds], [0, 0])
  const waiting = stop(t, { request, 'args-older': '' })
  assert.deepEqual([waiting.status, waiting.seconds, waiting.has('stop-a-b-c')], [0, 0, false])
})

test('a life that was started is drained: it asks in its name and waits for its answer', (t) => {
  const files = { request, 'args-a-b-c': '', 'stopped-older': 'drained\n' }
  const course = stop(t, files, '240', '[ $seconds = 2 ] && : > draining-a-b-c; [ $seconds = 40 ] && : > stopped-a-b-c')
  assert.deepEqual([course.status, course.seconds, course.has('stop-a-b-c')], [0, 40, true])
})

test('without an agent the wait is short', (t) => {
  const course = stop(t, { request, 'args-a-b-c': '' })
  assert.deepEqual([course.status, course.seconds], [0, 15])
})

test('a drain that takes too long is left to the end of Cassandra itself', (t) => {
  const course = stop(t, { request, 'args-a-b-c': '', 'draining-a-b-c': '' }, '60')
  assert.deepEqual([course.status, course.seconds], [0, 60])
})

test('asked a second time for the same life it finds the answer', (t) => {
  const course = stop(t, { request, 'args-a-b-c': '', 'stop-a-b-c': '', 'draining-a-b-c': '', 'stopped-a-b-c': 'drained\n' })
  assert.deepEqual([course.status, course.seconds], [0, 0])
})
