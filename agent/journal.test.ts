import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { JobStatus } from '../api/agent.ts'
import { openJournal } from './journal.ts'

async function folder(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'journal-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return dir
}

const job = (id: string, state: JobStatus['state']): JobStatus => ({ id, kind: 'repair', state, startedAt: 1, message: '' })

test('the highest epoch is obeyed and survives a restart; lower ones are refused', async (t) => {
  const dir = await folder(t)
  const journal = await openJournal(dir)
  assert.equal(journal.epoch(), 0)
  assert.deepEqual(
    [await journal.admit(3), await journal.admit(3), await journal.admit(2), await journal.admit(5)],
    [true, true, false, true],
  )
  const again = await openJournal(dir)
  assert.deepEqual([again.epoch(), await again.admit(4), await again.admit(5)], [5, false, true])
})

test('of two leaders at once the older one is refused as soon as the newer one is known', async (t) => {
  const journal = await openJournal(await folder(t))
  const [, young, late] = await Promise.all([journal.admit(7), journal.admit(8), journal.admit(7)])
  assert.equal(young, true)
  assert.equal(late, false)
  assert.equal(journal.epoch(), 8)
})

test('an epoch that cannot be written is not obeyed', async (t) => {
  const dir = await folder(t)
  const journal = await openJournal(join(dir, 'volume'))
  await rm(join(dir, 'volume'), { recursive: true })
  await writeFile(join(dir, 'volume'), '')
  await assert.rejects(journal.admit(1))
  assert.equal(journal.epoch(), 0)
  await assert.rejects(journal.record(job('a.1', 'Running')))
  assert.deepEqual(journal.jobs(), [])
})

test('a job that ran when the agent ended is lost, not running and not forgotten', async (t) => {
  const dir = await folder(t)
  const journal = await openJournal(dir)
  await journal.record(job('a.1', 'Running'))
  await journal.record(job('b.1', 'Running'))
  await journal.record(job('b.1', 'Done'))
  const again = await openJournal(dir)
  assert.deepEqual(
    again.jobs().map(({ id, state }) => [id, state]),
    [
      ['a.1', 'Lost'],
      ['b.1', 'Done'],
    ],
  )
})

test('however many jobs come, one that runs is never dropped, and the newest ends are kept', async (t) => {
  const dir = await folder(t)
  // At each step a job begins, and perhaps one of those that run ends.
  const steps = fc.array(fc.option(fc.nat(), { nil: undefined }), { minLength: 80, maxLength: 100 })
  await fc.assert(
    fc.asyncProperty(steps, async (ends) => {
      const journal = await openJournal(await mkdtemp(join(dir, 'run-')))
      const running: string[] = []
      const ended: string[] = []
      for (const [number, end] of ends.entries()) {
        await journal.record(job(`job-${number}`, 'Running'))
        running.push(`job-${number}`)
        if (end === undefined) continue
        const [id = ''] = running.splice(end % running.length, 1)
        ended.push(id)
        await journal.record(job(id, 'Done'))
      }
      const kept = (state: JobStatus['state']) => new Set(journal.jobs().flatMap((one) => (one.state === state ? [one.id] : [])))
      assert.deepEqual(kept('Running'), new Set(running))
      assert.deepEqual(kept('Done'), new Set(ended.slice(-32)))
    }),
    { numRuns: 10, endOnFailure: true },
  )
})

for (const text of ['', '{"epoch":', 'null', '{}', '{"epoch":1}']) {
  test(`a journal that holds ${JSON.stringify(text)} is not an empty one`, async (t) => {
    const dir = await folder(t)
    await writeFile(join(dir, 'journal.json'), text)
    await assert.rejects(openJournal(dir))
  })
}
