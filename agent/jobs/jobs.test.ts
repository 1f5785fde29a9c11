import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job, JobStatus } from '../../api/agent.ts'
import type { Journal } from '../journal.ts'
import { createJobs, type Perform, performWith } from './jobs.ts'

/** A journal in memory; `broken` makes it fail as a full disk does. */
function memory(): Journal & { broken: boolean } {
  const jobs = new Map<string, JobStatus>()
  const journal = {
    broken: false,
    epoch: () => 0,
    admit: async () => true,
    jobs: () => [...jobs.values()],
    record: async (job: JobStatus) => {
      if (journal.broken) throw new Error('no space left on device')
      jobs.set(job.id, job)
    },
  }
  return journal
}

/** Work that ends when the test says so. */
function work(): {
  readonly perform: Perform
  readonly calls: string[]
  readonly end: PromiseWithResolvers<string>
  report: (message: string, progress: number) => void
} {
  const end = Promise.withResolvers<string>()
  const state = {
    calls: [] as string[],
    end,
    report: (_: string, __: number): void => undefined,
    perform: ((job, report) => {
      state.calls.push(job.kind)
      state.report = report
      return end.promise
    }) as Perform,
  }
  return state
}

const cleanup: Job = { kind: 'cleanup' }
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('the same id twice is one job, however close the requests', async () => {
  const { perform, calls, end } = work()
  const jobs = createJobs(memory(), perform)
  const [first, second] = await Promise.all([jobs.start('a.1', cleanup), jobs.start('a.1', cleanup)])
  assert.deepEqual([first.state, second.state], ['Running', 'Running'])
  end.resolve('cleaned up')
  await settled()
  const third = await jobs.start('a.1', cleanup)
  assert.deepEqual([third.state, third.message], ['Done', 'cleaned up'])
  assert.deepEqual(calls, ['cleanup'])
  assert.deepEqual(jobs.all(), [third])
})

test('progress is told while it runs and the end is kept with its time', async () => {
  const state = work()
  const journal = memory()
  const jobs = createJobs(journal, state.perform)
  await jobs.start('a.1', cleanup)
  state.report('half', 0.5)
  assert.deepEqual(
    jobs.all().map(({ message, progress, state: now }) => [message, progress, now]),
    [['half', 0.5, 'Running']],
  )
  state.end.reject(new Error('cleanup answered 2'))
  await settled()
  const [end] = journal.jobs()
  assert.deepEqual([end?.state, end?.message], ['Failed', 'cleanup answered 2'])
  assert.ok(end?.finishedAt !== undefined && end.finishedAt >= end.startedAt)
})

test('a job that cannot be written down is not begun, and the same request may come again', async () => {
  const { perform, calls } = work()
  const journal = memory()
  const jobs = createJobs(journal, perform)
  journal.broken = true
  await assert.rejects(jobs.start('a.1', cleanup), { message: 'no space left on device' })
  assert.deepEqual([calls, jobs.all()], [[], []])
  journal.broken = false
  assert.equal((await jobs.start('a.1', cleanup)).state, 'Running')
  assert.deepEqual(calls, ['cleanup'])
})

test('an end that cannot be written down is still told', async () => {
  const { perform, end } = work()
  const journal = memory()
  const jobs = createJobs(journal, perform)
  await jobs.start('a.1', cleanup)
  journal.broken = true
  end.resolve('cleaned up')
  await settled()
  assert.equal(jobs.all()[0]?.state, 'Done')
})

test('a kind of job that a newer operator knows fails with these words', async () => {
  const jolokia = { bulk: async () => [], exec: async () => undefined }
  const jobs = createJobs(memory(), performWith(jolokia))
  await jobs.start('a.1', { kind: 'decommission' } as unknown as Job)
  await settled()
  assert.deepEqual([jobs.all()[0]?.state, jobs.all()[0]?.message], ['Failed', 'this agent knows no job decommission'])
})
