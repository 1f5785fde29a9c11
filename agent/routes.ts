// What the operator may ask and tell, put together from the node, its jobs and the journal.
import type { AgentView, Grant, Job, JobStatus, Receipt } from '../api/agent.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { Journal } from './journal.ts'
import type { Node } from './node.ts'
import type { AgentSettings } from './settings.ts'

export type Routes = {
  readonly view: () => Promise<AgentView>
  readonly job: (id: string) => JobStatus | undefined
  readonly admit: (epoch: number) => Promise<boolean>
  readonly grant: (grant: Grant) => Promise<Receipt>
  readonly startJob: (id: string, job: Job) => Promise<JobStatus>
  readonly serving: () => boolean
}

export function createRoutes(settings: AgentSettings, node: Node, jobs: Jobs, journal: Journal): Routes {
  return {
    view: async () => {
      const cassandra = await node.view()
      return {
        at: Date.now(),
        clusterUID: settings.node.clusterUID,
        nodeUID: settings.node.nodeUID,
        podUID: settings.podUID,
        epoch: journal.epoch(),
        marker: node.marker(),
        start: node.start(),
        cassandra: cassandra.known ? cassandra.value : undefined,
        ...(cassandra.known ? {} : { cassandraError: cassandra.message }),
        jobs: jobs.all(),
      }
    },
    job: (id) => jobs.all().find((job) => job.id === id),
    admit: journal.admit,
    grant: node.grant,
    startJob: jobs.start,
    serving: node.serving,
  }
}
