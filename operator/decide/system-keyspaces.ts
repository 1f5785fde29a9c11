// Cassandra is born with its own keyspaces on one replica (H17). They follow the number of nodes up to three, and are
// repaired after each change, because an ALTER moves no data.
import { replicationOf } from '../../cassandra/model/replication.ts'
import { DATACENTER } from './form-ring.ts'
import { hasJoined, isNormal, seen, whyNotAllUp, whyNotOneSchema } from './ring.ts'
import type { Decision, NodeView, Snapshot, Step, Verdict } from './types.ts'
import { act, courseOf, settled, wait } from './verdicts.ts'

const KEYSPACES = { system_auth: 3, system_distributed: 3, system_traces: 2 } as const

/** A keyspace whose replication is to be raised, with the number of replicas that it shall have. */
type Raise = { readonly keyspace: string; readonly replicas: number }

export const raiseSystemReplication: Decision = (snapshot) => {
  // A node that is still joining counts when it has joined, and is released.
  if (snapshot.status.operation?.type === 'AddNode') return settled
  const raises = due(snapshot)
  if (raises.length === 0) return settled
  const names = raises.map(({ keyspace }) => keyspace).join(', ')
  const notUp = whyNotAllUp(snapshot, snapshot.nodes.filter(hasJoined)) ?? whyNotOneSchema(snapshot)
  if (notUp !== undefined) return wait('SystemReplicationPending', `the replication of ${names} waits: ${notUp}`)
  const worker = snapshot.nodes.find((node) => isNormal(node, snapshot))
  if (worker === undefined) return wait('SystemReplicationPending', `the replication of ${names} waits for a node`)
  // All of them, also when some are seen to be altered: the name of the job stands while it runs.
  return raises.every((raise) => isAltered(raise, snapshot)) ? repair(raises, snapshot) : alter(raises, worker)
}

function due({ nodes, status }: Snapshot): readonly Raise[] {
  const joined = nodes.filter(hasJoined).length
  return Object.entries(KEYSPACES).flatMap(([keyspace, most]) => {
    const replicas = Math.min(most, joined)
    const recorded = status.systemKeyspaces?.find((entry) => entry.name === keyspace)
    if (recorded?.replication === textOf(replicas) && recorded.repaired) return []
    // Only upwards: lowering belongs to the removal of nodes.
    if (recorded !== undefined && Number(recorded.replication.split(':')[1]) > replicas) return []
    return [{ keyspace, replicas }]
  })
}

/** In every view, or it is not known to be so. */
function isAltered({ keyspace, replicas }: Raise, snapshot: Snapshot): boolean {
  return seen(snapshot).every(({ cassandra }) => {
    const now = replicationOf(cassandra.keyspaces[keyspace] ?? {})
    return now.strategy === 'NetworkTopology' && now.byDatacenter[DATACENTER] === replicas
  })
}

function alter(raises: readonly Raise[], worker: NodeView): Verdict {
  const replication = Object.fromEntries(raises.map(({ keyspace, replicas }) => [keyspace, { [DATACENTER]: String(replicas) }]))
  const id = `alter-${raises.map(({ keyspace, replicas }) => `${keyspace.replace('system_', '')}-${replicas}`).join('-')}`
  // Somebody else may have altered them since: all views have one schema, and it is another one.
  const course = courseOf(worker, id, { kind: 'alter-keyspaces', replication }, true)
  const what = raises.map(({ keyspace, replicas }) => `${keyspace} to ${textOf(replicas)}`).join(', ')
  if (course.kind === 'start') return act('SystemReplicationPending', `raising ${what}${after(course.lastError)}`, [course.step])
  return wait('SystemReplicationPending', `raising ${what}`)
}

/** Every node repairs its primary ranges, which covers the ring; all at once, and recorded when all are done. */
function repair(raises: readonly Raise[], snapshot: Snapshot): Verdict {
  const courses = snapshot.nodes
    .filter(hasJoined)
    .flatMap((node) =>
      raises
        .filter(({ replicas }) => replicas > 1)
        .map(({ keyspace, replicas }) => courseOf(node, `repair-${keyspace}-${DATACENTER}-${replicas}`, { kind: 'repair', keyspace })),
    )
  const begin = courses.filter((course) => course.kind === 'start')
  const [first, ...rest] = begin.map(({ step }): Step => step)
  if (first !== undefined) {
    const failed = begin.find(({ lastError }) => lastError !== undefined)
    const what = raises.map(({ keyspace }) => keyspace).join(', ')
    return act('SystemReplicationPending', `repairing ${what}${after(failed?.lastError)}`, [first, ...rest])
  }
  const running = courses.find((course) => course.kind === 'running')
  if (running !== undefined) return wait('SystemReplicationPending', running.message)
  const raised = new Set(raises.map(({ keyspace }) => keyspace))
  const others = (snapshot.status.systemKeyspaces ?? []).filter((entry) => !raised.has(entry.name))
  const entries = raises.map(({ keyspace, replicas }) => ({ name: keyspace, replication: textOf(replicas), repaired: true }))
  const systemKeyspaces = [...others, ...entries].sort((a, b) => a.name.localeCompare(b.name))
  const what = entries.map(({ name, replication }) => `${name} has ${replication}`).join(', ')
  return act('SystemReplicationPending', what, [{ kind: 'patch-status', patch: { systemKeyspaces } }])
}

function textOf(replicas: number): string {
  return `${DATACENTER}:${replicas}`
}

function after(error: string | undefined): string {
  return error === undefined ? '' : ` again, after: ${error}`
}
