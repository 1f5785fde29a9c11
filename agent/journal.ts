// What the agent must still know after its own restart: the highest epoch it obeyed, and the jobs it has accepted.
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobStatus } from '../api/agent.ts'
import { writeDurably } from './start/marker-file.ts'

type Content = { readonly epoch: number; readonly jobs: readonly JobStatus[] }

export type Journal = {
  readonly epoch: () => number
  readonly jobs: () => readonly JobStatus[]
  /** Keeps the epoch when it is the highest; answers whether it may act. */
  readonly admit: (epoch: number) => Promise<boolean>
  /** Durable when it resolves, as if it had never been said when it rejects. */
  readonly record: (job: JobStatus) => Promise<void>
}

/** Finished jobs that are still known, so that a repeated request finds its answer. */
const KEPT = 32

export async function openJournal(dir: string): Promise<Journal> {
  const file = join(dir, 'journal.json')
  await mkdir(dir, { recursive: true })
  let content = afterRestart(await readContent(file), Date.now())
  let last: Promise<void> = Promise.resolve()
  /** One after another, each on what the one before has left. */
  const change = (next: (content: Content) => Content): Promise<void> => {
    last = last
      .catch(() => undefined)
      .then(async () => {
        const changed = next(content)
        if (changed === content) return
        await writeDurably(file, JSON.stringify(changed))
        content = changed
      })
    return last
  }
  return {
    epoch: () => content.epoch,
    jobs: () => content.jobs,
    admit: async (epoch) => {
      await change((now) => (epoch > now.epoch ? { ...now, epoch } : now))
      return epoch >= content.epoch
    },
    record: (job) => change((now) => ({ ...now, jobs: withJob(now.jobs, job) })),
  }
}

/** The oldest finished ones go; one that runs is never forgotten, or a repeated request would run it twice. */
function withJob(jobs: readonly JobStatus[], job: JobStatus): readonly JobStatus[] {
  const all = [...jobs.filter((other) => other.id !== job.id), job]
  let surplus = all.filter((other) => other.state !== 'Running').length - KEPT
  return all.filter((other) => other.state === 'Running' || surplus-- <= 0)
}

/** A job that ran when the agent ended has an unknown outcome: the operator observes, and decides again. */
function afterRestart({ epoch, jobs }: Content, now: number): Content {
  const lost = { state: 'Lost', finishedAt: now, message: 'the agent was restarted while it ran' } as const
  return { epoch, jobs: jobs.map((job) => (job.state === 'Running' ? { ...job, ...lost } : job)) }
}

async function readContent(file: string): Promise<Content> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { epoch: 0, jobs: [] }
    throw error
  }
  const content = JSON.parse(text) as Partial<Content> | null
  if (typeof content?.epoch !== 'number' || !Array.isArray(content.jobs)) throw new Error(`${file} holds something else`)
  return content as Content
}
