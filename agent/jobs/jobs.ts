// Long work in Cassandra, started once for each id. The caller asks for the state; a lost answer costs nothing.
import type { Job, JobStatus } from '../../api/agent.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import type { Journal } from '../journal.ts'
import { cleanUp } from './cleanup.ts'
import { runCql } from './cql.ts'
import { repair } from './repair.ts'
import { resumeBootstrap } from './resume-bootstrap.ts'

export type Report = (message: string, progress?: number) => void

export type Jobs = {
  readonly start: (id: string, job: Job) => Promise<JobStatus>
  readonly all: () => readonly JobStatus[]
}

export function createJobs(journal: Journal, jolokia: JolokiaClient): Jobs {
  const running = new Map<string, JobStatus>()
  const all = (): readonly JobStatus[] => journal.jobs().map((job) => running.get(job.id) ?? job)
  return {
    all,
    start: async (id, job) => {
      const known = all().find((status) => status.id === id)
      if (known !== undefined) return known
      const begun: JobStatus = { id, kind: job.kind, state: 'Running', startedAt: Date.now(), message: 'started' }
      running.set(id, begun)
      await journal.record(begun)
      const finish = (state: 'Done' | 'Failed', message: string): Promise<void> => {
        const end: JobStatus = { ...(running.get(id) ?? begun), state, message, finishedAt: Date.now() }
        running.delete(id)
        return journal.record(end)
      }
      const report: Report = (message, progress) => {
        running.set(id, { ...begun, message, ...(progress === undefined ? {} : { progress }) })
      }
      void perform(job, jolokia, report)
        .then(
          (message) => finish('Done', message),
          (error: unknown) => finish('Failed', error instanceof Error ? error.message : String(error)),
        )
        .catch(() => undefined) // the journal cannot be written: the job stays Running and becomes Lost at the next start
      return begun
    },
  }
}

function perform(job: Job, jolokia: JolokiaClient, report: Report): Promise<string> {
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
  }
}
