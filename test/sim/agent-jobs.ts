// Jobs of an agent: started once for each id, with the effect that each has on the modelled Cassandra.
import type { Job, JobStatus } from '../../api/agent.ts'
import { type Jvm, stream } from './cassandra.ts'
import type { Sim } from './sim.ts'
import { type Replication, schemaOf, type Volume } from './volume.ts'

const KEPT = 32

export function runJob(sim: Sim, volume: Volume, id: string, job: Job, jvmOf: () => Jvm | undefined): JobStatus {
  const begun: JobStatus = { id, kind: job.kind, state: 'Running', startedAt: sim.clock.now(), message: 'started' }
  const record = (status: JobStatus): void => {
    volume.jobs = [...volume.jobs.filter((other) => other.id !== id), status].slice(-KEPT)
  }
  record(begun)
  const jvm = jvmOf()
  sim.record({ kind: 'job', volume: volume.uid, id, job: job.kind })
  const refused = jvm === undefined ? 'connection refused' : whyNot(job, jvm)
  if (jvm !== undefined && job.kind === 'repair') jvm.repairs++
  sim.clock.after(sim.random.between(300, 2_500), () => {
    if (jvm !== undefined && job.kind === 'repair') jvm.repairs--
    // Marked as lost meanwhile: that agent is gone, and the outcome stays unknown to its successor.
    if (volume.jobs.find((status) => status.id === id)?.state !== 'Running') return
    const error = refused ?? (jvm?.isAlive === true && jvmOf() === jvm ? effect(sim, job, jvm) : 'the connection was reset')
    record({ ...begun, state: error === undefined ? 'Done' : 'Failed', message: error ?? 'done', finishedAt: sim.clock.now() })
  })
  return begun
}

function whyNot(job: Job, jvm: Jvm): string | undefined {
  const isUp = job.kind === 'resume-bootstrap' ? jvm.answersJmx : jvm.isServing
  if (!isUp) return 'connection refused'
  const joins = [...jvm.view.values()].some(({ state }) => state.status === 'BOOT')
  return job.kind === 'cleanup' && joins ? 'Node is involved in cluster membership changes. Not safe to run cleanup.' : undefined
}

/** @returns the error, if any */
function effect(sim: Sim, job: Job, jvm: Jvm): string | undefined {
  switch (job.kind) {
    case 'cql':
      for (const statement of job.statements) alter(sim, jvm, statement)
      return undefined
    case 'repair': {
      const dead = [...jvm.view.keys()].find((address) => sim.ring.get(address)?.isServing !== true)
      return dead === undefined ? undefined : `repair failed: ${dead} is down`
    }
    case 'resume-bootstrap':
      if (jvm.mode !== 'JOINING_FAILED') return 'Cassandra has nothing to resume'
      stream(jvm, sim)
      return undefined
    case 'roles':
    case 'cleanup':
      return undefined
  }
}

function alter(sim: Sim, jvm: Jvm, statement: string): void {
  const [, keyspace = '', options = ''] = /^ALTER KEYSPACE (\w+) WITH replication = \{(.*)\}$/.exec(statement) ?? []
  const replication = Object.fromEntries([...options.matchAll(/'(\w+)': '?(\w+)'?/g)].map(([, key = '', value = '']) => [key, value]))
  changeSchema(sim, jvm, keyspace, { ...replication, class: `org.apache.cassandra.locator.${replication.class}` })
}

/** A statement of DDL: one node has it at once, the others by gossip. */
export function changeSchema(sim: Sim, jvm: Jvm, keyspace: string, replication: Replication): void {
  jvm.schema = schemaOf([...jvm.schema.keyspaces, [keyspace, { at: sim.clock.now(), replication }]])
}
