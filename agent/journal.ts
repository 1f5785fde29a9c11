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
  readonly record: (job: JobStatus) => Promise<void>
}

/** Finished jobs that are still known, so that a repeated request finds its answer. */
const KEPT = 32

export async function openJournal(dir: string): Promise<Journal> {
  const file = join(dir, 'journal.json')
  await mkdir(dir, { recursive: true })
  const before = await readContent(file)
  const now = Date.now()
  let content: Content = {
    epoch: before.epoch,
    // A job that ran when the agent ended has an unknown outcome: the operator observes, and decides again.
    jobs: before.jobs.map((job) =>
      job.state === 'Running' ? { ...job, state: 'Lost', finishedAt: now, message: 'the agent was restarted while it ran' } : job,
    ),
  }
  let writing: Promise<void> = Promise.resolve()
  const write = (next: Content): Promise<void> => {
    content = next
    writing = writing.catch(() => undefined).then(() => writeDurably(file, JSON.stringify(next)))
    return writing
  }
  return {
    epoch: () => content.epoch,
    jobs: () => content.jobs,
    admit: async (epoch) => {
      if (epoch < content.epoch) return false
      if (epoch > content.epoch) await write({ ...content, epoch })
      return true
    },
    record: (job) => write({ ...content, jobs: [...content.jobs.filter((other) => other.id !== job.id), job].slice(-KEPT) }),
  }
}

async function readContent(file: string): Promise<Content> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Content
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { epoch: 0, jobs: [] }
    throw error
  }
}
