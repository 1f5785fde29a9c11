// The status of a cluster, derived from the snapshot and the verdict; what cannot be derived is taken over as it stood.

import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import { type Reason, reasons } from '../../api/reasons.ts'
import { type Loss, quorumLostWithout } from '../../cassandra/model/availability.ts'
import { ringOf } from '../decide/availability.ts'
import type { Decided } from '../decide/order.ts'
import { addressIn, hasJoined, hostIDOf, nameOf, seen, servesItself, whyNotAllUp, whyNotServing } from '../decide/ring.ts'
import type { NodeView, Snapshot, Verdict } from '../decide/types.ts'
import { cassandraName } from '../desired/node-settings.ts'
import { type ConditionInput, mergeConditions } from './conditions.ts'

export function clusterStatus(snapshot: Snapshot, { verdict, notes }: Decided): ClusterStatus {
  const { cluster, status, nodes } = snapshot
  const name = cluster.metadata.name
  const serving = nodes.filter((node) => whyNotServing(node, snapshot) === undefined)
  const schemas = new Set(seen(snapshot).flatMap(({ cassandra }) => Object.keys(cassandra.schemaVersions)))
  const datacenter = status.datacenters?.[0]
  const generation = cluster.metadata.generation
  const version = lowestVersion(snapshot)
  const superuser = cluster.spec.auth?.superuserSecretRef?.name ?? names.superuserSecret(name)
  const running = status.operation
  return {
    ...status,
    // What it does or waits for now; the journal itself stands as it was written.
    ...(running === undefined || verdict.kind === 'settled' ? {} : { operation: { ...running, message: verdict.message.slice(0, 1024) } }),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    conditions: mergeConditions(status.conditions, conditions(snapshot, verdict, notes), generation, snapshot.now),
    clusterName: cassandraName(cluster),
    ...(version === undefined ? {} : { version }),
    nodes: nodes.filter(hasJoined).length,
    readyNodes: serving.length,
    nodesReady: `${serving.length}/${cluster.spec.nodes}`,
    ...(schemas.size === 0 ? {} : { schemaVersions: schemas.size }),
    ...(cluster.spec.auth?.enabled === false ? {} : { superuserSecretName: superuser }),
    scale: { nodes: nodes.filter(hasJoined).length, selector: `${LABEL.cluster}=${name},${LABEL.clusterUID}=${cluster.metadata.uid}` },
    ...(datacenter === undefined
      ? {}
      : {
          datacenterNames: datacenter.name,
          datacenters: [
            {
              ...datacenter,
              nodes: nodes.length,
              readyNodes: serving.length,
              racks: datacenter.racks.map((rack) => ({
                ...rack,
                nodes: nodes.filter((node) => node.record.spec.rack === rack.name).length,
                readyNodes: serving.filter((node) => node.record.spec.rack === rack.name).length,
              })),
            },
          ],
          endpoints: {
            cql: `${names.clientService(name, datacenter.name)}.${cluster.metadata.namespace}.svc:9042`,
            localDatacenter: datacenter.name,
          },
        }),
  }
}

function conditions(snapshot: Snapshot, verdict: Decided['verdict'], notes: Decided['notes']): readonly ConditionInput[] {
  const { status, nodes, cluster } = snapshot
  const settled = verdict.kind === 'settled'
  const formed = status.initializedAt !== undefined
  const notUp = nodes.length === 0 ? 'there are no nodes yet' : whyNotAllUp(snapshot)
  const working = verdict.kind === 'act' || verdict.kind === 'wait'
  const stalled = verdict.kind === 'blocked'
  const [note] = notes
  const said: { readonly reason: Reason; readonly message: string } = settled
    ? notUp === undefined
      ? { reason: 'Healthy', message: `${nodes.length} of ${cluster.spec.nodes} nodes are up${formed ? '; one schema version' : ''}` }
      : { reason: formed && seen(snapshot).length === 0 ? 'Recovering' : 'NodeDown', message: notUp }
    : withRemedy(verdict)
  const ready = settled && notUp === undefined && formed
  return [
    available(snapshot, formed),
    { type: 'Ready', status: ready ? 'True' : 'False', ...said },
    {
      type: 'Reconciling',
      status: working ? 'True' : 'False',
      reason: working ? said.reason : stalled ? said.reason : 'Healthy',
      message: working ? said.message : stalled ? `nothing is done: ${said.message}` : 'nothing to do',
    },
    {
      type: 'Stalled',
      status: stalled ? 'True' : 'False',
      reason: stalled ? said.reason : 'Healthy',
      message: stalled ? said.message : 'no person is needed',
    },
    note === undefined
      ? { type: 'Degraded', status: 'False', reason: 'Healthy', message: 'nothing is known to be wrong' }
      : { type: 'Degraded', status: 'True', reason: note.reason, message: note.message },
  ]
}

function withRemedy(verdict: Exclude<Verdict, { readonly kind: 'settled' | 'noted' }>): { reason: Reason; message: string } {
  const { remedy } = reasons[verdict.reason]
  const message = verdict.kind === 'blocked' && remedy !== '' ? `${verdict.message}. ${remedy}` : verdict.message
  return { reason: verdict.reason, message }
}

/**
 * Whether every range that can have a quorum has one, by the nodes that are up now. One replica has nothing to lose a quorum
 * of, and the traces of system_traces are nobody's data.
 */
function available(snapshot: Snapshot, formed: boolean): ConditionInput {
  const type = 'Available'
  if (!formed) return { type, status: 'False', reason: 'Bootstrapping', message: 'the first ring is being formed' }
  const down = snapshot.nodes.filter((node) => hasJoined(node) && !isLive(node, snapshot))
  const ring = ringOf(snapshot)
  if (!ring.known) return { type, status: 'Unknown', reason: 'ViewsIncomplete', message: ring.message }
  // A keyspace that wants more replicas than there are nodes lacks a quorum also when all are up; that is said elsewhere.
  const never = new Set(quorumLostWithout(ring.value, new Set()).map(({ keyspace }) => keyspace))
  const counts = ({ keyspace, replicas }: Loss): boolean => !never.has(keyspace) && replicas > 1 && keyspace !== 'system_traces'
  const first = quorumLostWithout(ring.value, new Set(down.map(nameOf))).find(counts)
  if (first === undefined)
    return { type, status: 'True', reason: 'QuorumEverywhere', message: 'every range of every keyspace has a quorum' }
  return {
    type,
    status: 'False',
    reason: 'QuorumLost',
    message: `${down.map(nameOf).join(', ')} ${down.length === 1 ? 'is' : 'are'} down: keyspace ${first.keyspace} has ranges without a quorum`,
  }
}

/** Serving by its own word, if it says one, and live in more than half of the views: one view alone may be cut off. */
function isLive(node: NodeView, snapshot: Snapshot): boolean {
  if (node.own.known && !servesItself(node)) return false
  const views = seen(snapshot).filter((view) => hasJoined(view.node))
  const live = views.filter(({ cassandra }) => {
    const address = addressIn(cassandra, hostIDOf(node))
    return address !== undefined && cassandra.live.includes(address)
  })
  return live.length * 2 > views.length
}

function lowestVersion(snapshot: Snapshot): string | undefined {
  const versions = seen(snapshot).map(({ cassandra }) => cassandra.releaseVersion)
  const number = (version: string): number => version.split('.').reduce((sum, part) => sum * 1000 + Number.parseInt(part, 10), 0)
  return versions.sort((a, b) => number(a) - number(b))[0]
}
