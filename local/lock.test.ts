import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startTimeOf } from './daemon.ts'
import { withLock } from './lock.ts'

const dir = mkdtempSync(join(tmpdir(), 'ringkeeper-lock-'))
after(() => rmSync(dir, { recursive: true }))
const silent = (): void => undefined

test('two at once run one after the other', async () => {
  const file = join(dir, 'a')
  const order: string[] = []
  const slow = Promise.withResolvers<void>()
  const first = withLock(
    file,
    '/one',
    async () => {
      order.push('first begins')
      await slow.promise
      order.push('first ends')
    },
    silent,
  )
  const second = withLock(
    file,
    '/two',
    async () => order.push('second'),
    (text) => {
      assert.match(text, /process \d+ of \/one/)
      slow.resolve()
    },
  )
  await Promise.all([first, second])
  assert.deepEqual(order, ['first begins', 'first ends', 'second'])
  assert.equal(existsSync(file), false)
})

test('the lock of a process that is gone is taken', async () => {
  const file = join(dir, 'b')
  const child = spawn('sleep', ['60'])
  const startTime = startTimeOf(child.pid ?? 0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  writeFileSync(file, JSON.stringify({ pid: child.pid, startTime, checkout: '/gone' }))
  assert.equal(await withLock(file, '/new', async () => 'done', silent), 'done')
})

test('a failure releases it, and patience has an end', async () => {
  const file = join(dir, 'c')
  await assert.rejects(
    withLock(file, '/one', () => Promise.reject(new Error('broken')), silent),
    /broken/,
  )
  writeFileSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid), checkout: '/held' }))
  await assert.rejects(
    withLock(file, '/two', async () => 1, silent, 1),
    /of \/held holds the local environment/,
  )
})
