import type { Ring } from '../../cassandra/model/availability.ts'
import { replicationOf } from '../../cassandra/model/replication.ts'
import { type Fact, known, unknown } from '../../lib/result.ts'
import { DATACENTER } from './form-ring.ts'
import { nameOf, seen } from './ring.ts'
import type { Snapshot } from './types.ts'

/** The ring as the first node that has joined sees it, with names for addresses; Unknown when nobody can tell. */
export function ringOf(snapshot: Snapshot): Fact<Ring> {
  const views = seen(snapshot)
  const viewer = views.find(({ cassandra }) => cassandra.joined)
  if (viewer === undefined) return unknown('ViewsIncomplete', 'no node can tell the ring')
  const byHostID = new Map(
    snapshot.nodes.flatMap((node) => {
      const hostID = node.record.status?.hostID ?? views.find((view) => view.node === node)?.cassandra.hostID
      return hostID === undefined ? [] : [[hostID, node] as const]
    }),
  )
  const { cassandra } = viewer
  const owners = Object.entries(cassandra.tokenOwners).flatMap(([token, address]) => {
    const node = byHostID.get(cassandra.hostIDs[address] ?? '')
    return node === undefined ? [] : [{ token: BigInt(token), node: nameOf(node), rack: node.record.spec.rack }]
  })
  if (owners.length !== Object.keys(cassandra.tokenOwners).length)
    return unknown('ViewsDisagree', 'a token belongs to a node without a record')
  const keyspaces: { name: string; replicas: number; byRack: boolean }[] = []
  for (const [name, options] of Object.entries(cassandra.keyspaces)) {
    const replication = replicationOf(options)
    if (replication.strategy === 'Unknown') return unknown('ViewsIncomplete', `the replication of keyspace ${name} is not understood`)
    if (replication.strategy === 'Simple') keyspaces.push({ name, replicas: replication.replicas, byRack: false })
    else keyspaces.push({ name, replicas: replication.byDatacenter[DATACENTER] ?? 0, byRack: true })
  }
  return known({ owners: owners.sort((a, b) => (a.token < b.token ? -1 : 1)), keyspaces }, snapshot.now)
}
