// Long work in Cassandra, started once for each id. The caller asks for the state; a lost answer costs nothing.
import type { Job, JobStatus } from '../../api/agent.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import type { Journal } from '../journal.ts'
import { cleanUp } from './cleanup.ts'
import { runCql } from './cql.ts'
import { repair } from './repair.ts'
import type { Report } from './report.ts'
import { resumeBootstrap } from './resume-bootstrap.ts'

/** @returns a summary; throws with the words of what failed */
export type Perform = (job: Job, report: Report) => Promise<string>

export type Jobs = {
  readonly start: (id: string, job: Job) => Promise<JobStatus>
  readonly all: () => readonly JobStatus[]
}

export function createJobs(journal: Journal, perform: Perform): Jobs {
  /** What the journal does not know yet: progress, and ends that could not be written. */
  const newest = new Map<string, JobStatus>()
  const all = (): readonly JobStatus[] => {
    const written = journal.jobs().map((job) => newest.get(job.id) ?? job)
    return [...written, ...[...newest.values()].filter((job) => !written.includes(job))]
  }

  const run = async (begun: JobStatus, job: Job): Promise<void> => {
    const report: Report = (message, progress) => {
      newest.set(begun.id, { ...begun, message, ...(progress === undefined ? {} : { progress }) })
    }
    const outcome = await perform(job, report).then(
      (message) => ({ state: 'Done', message }) as const,
      (error: unknown) => ({ state: 'Failed', message: error instanceof Error ? error.message : String(error) }) as const,
    )
    const end: JobStatus = { ...(newest.get(begun.id) ?? begun), ...outcome, finishedAt: Date.now() }
    newest.set(begun.id, end)
    // When it cannot be written the end is known until the agent's own, and the job is Lost afterwards.
    await journal.record(end).then(
      () => newest.delete(begun.id),
      () => undefined,
    )
  }

  return {
    all,
    start: async (id, job) => {
      const known = all().find((status) => status.id === id)
      if (known !== undefined) return known
      const begun: JobStatus = { id, kind: job.kind, state: 'Running', startedAt: Date.now(), message: 'started' }
      newest.set(id, begun)
      try {
        await journal.record(begun)
      } catch (error) {
        newest.delete(id) // it has not begun: the same request may come again
        throw error
      }
      void run(begun, job)
      return begun
    },
  }
}

/** The work behind each kind of job. */
export function performWith(jolokia: JolokiaClient): Perform {
  return async (job, report) => {
    switch (job.kind) {
      case 'cql':
      case 'roles':
        return runCql(job)
      case 'repair':
        return repair(jolokia, job.keyspace, report)
      case 'cleanup':
        return cleanUp(jolokia, report)
      case 'resume-bootstrap':
        return resumeBootstrap(jolokia)
      default:
        // A newer operator may ask an older agent.
        throw new Error(`this agent knows no job ${String((job as { readonly kind: unknown }).kind)}`)
    }
  }
}
