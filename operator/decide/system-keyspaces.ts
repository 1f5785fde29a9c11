// Cassandra is born with its own keyspaces on one replica (H17). They follow the number of nodes up to three, and are
// repaired after each change, because an ALTER moves no data.

import { replicationOf } from '../../cassandra/model/replication.ts'
import { DATACENTER } from './form-ring.ts'
import { hasJoined, isNormal, nameOf, seen, whyNotAllUp, whyNotOneSchema } from './ring.ts'
import type { Decision, Snapshot } from './types.ts'
import { act, courseOf, settled, wait } from './verdicts.ts'

const KEYSPACES = { system_auth: 3, system_distributed: 3, system_traces: 2 } as const

export const raiseSystemReplication: Decision = (snapshot) => {
  // A node that is still joining counts when it has joined, and is released.
  if (snapshot.status.operation?.type === 'AddNode') return settled
  const nodes = snapshot.nodes.filter(hasJoined).length
  for (const [keyspace, most] of Object.entries(KEYSPACES)) {
    const replicas = Math.min(most, nodes)
    const recorded = snapshot.status.systemKeyspaces?.find((entry) => entry.name === keyspace)
    const wanted = `${DATACENTER}:${replicas}`
    if (recorded?.replication === wanted && recorded.repaired) continue
    // Only upwards: lowering belongs to the removal of nodes.
    if (recorded !== undefined && Number(recorded.replication.split(':')[1]) > replicas) continue
    return raise(snapshot, keyspace, replicas, wanted)
  }
  return settled
}

function raise(snapshot: Snapshot, keyspace: string, replicas: number, wanted: string) {
  const notUp = whyNotAllUp(snapshot, snapshot.nodes.filter(hasJoined)) ?? whyNotOneSchema(snapshot)
  if (notUp !== undefined) return wait('SystemReplicationPending', `${keyspace} waits for ${wanted}: ${notUp}`)
  const worker = snapshot.nodes.find((node) => isNormal(node, snapshot))
  if (worker === undefined) return wait('SystemReplicationPending', `${keyspace} waits for a node`)
  const altered = seen(snapshot).every(({ cassandra }) => {
    const now = replicationOf(cassandra.keyspaces[keyspace] ?? {})
    return now.strategy === 'NetworkTopology' && now.byDatacenter[DATACENTER] === replicas
  })
  const base = `${keyspace}-${DATACENTER}-${replicas}`
  if (!altered) {
    const course = courseOf(worker, `alter-${base}`, { kind: 'alter-keyspace', keyspace, replication: { [DATACENTER]: String(replicas) } })
    if (course.kind === 'start')
      return act('SystemReplicationPending', `raising ${keyspace} to ${wanted}${after(course.lastError)}`, [course.step])
    return wait('SystemReplicationPending', `raising ${keyspace} to ${wanted}`)
  }
  const repair = courseOf(worker, `repair-${base}`, { kind: 'repair', keyspace })
  if (replicas > 1 && repair.kind === 'start') {
    return act('SystemReplicationPending', `repairing ${keyspace} from ${nameOf(worker)}${after(repair.lastError)}`, [repair.step])
  }
  if (replicas > 1 && repair.kind === 'running') return wait('SystemReplicationPending', repair.message)
  const others = (snapshot.status.systemKeyspaces ?? []).filter((entry) => entry.name !== keyspace)
  const entry = { name: keyspace, replication: wanted, repaired: true }
  return act('SystemReplicationPending', `${keyspace} has ${wanted}`, [
    { kind: 'patch-status', patch: { systemKeyspaces: [...others, entry].sort((a, b) => a.name.localeCompare(b.name)) } },
  ])
}

function after(error: string | undefined): string {
  return error === undefined ? '' : ` again, after: ${error}`
}
