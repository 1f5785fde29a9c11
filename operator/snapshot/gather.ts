// One frozen view of one cluster. Objects are joined by uid; what could not be read is Unknown with its reason.
import type { AgentView } from '../../api/agent.ts'
import { LABEL } from '../../api/labels.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode, KubeObject } from '../../api/objects.ts'
import { type Fact, known, type Millis, unknown } from '../../lib/result.ts'
import type { NodeView, Problem, Snapshot, Zone } from '../decide/types.ts'
import type { Stores } from '../stores.ts'
import { checkSpec } from './check-spec.ts'
import type { Pod } from './kube-types.ts'
import { claimView, podView } from './pod-view.ts'
import type { RevisionOf } from './revisions.ts'

export type GatherInput = {
  readonly cluster: CassandraCluster
  readonly stores: Stores
  readonly now: () => Millis
  readonly epoch: number
  readonly ownImage: string
  readonly revisionOf: RevisionOf
  readonly askAgent: (node: CassandraNode, ip: string) => Promise<Fact<AgentView>>
  readonly superuser: Snapshot['superuser']
  readonly childProblems: readonly Problem[]
  readonly dryRun: (nodes: readonly NodeView[]) => Promise<Problem | undefined>
  readonly checkStorage: () => Promise<Problem | undefined>
}

export async function gather(input: GatherInput): Promise<Snapshot> {
  const { cluster, stores } = input
  const { name, namespace, uid } = cluster.metadata
  const records = recordsOf(cluster, stores)
  const pods = stores.pods.all().filter((pod) => pod.metadata.namespace === namespace && pod.metadata.labels?.[LABEL.clusterUID] === uid)
  const checked = checkSpec(cluster)
  const nodes = await Promise.all(
    records.map(async (record): Promise<NodeView> => {
      const pod = pods.find((candidate) => candidate.metadata.ownerReferences?.some((owner) => owner.uid === record.metadata.uid))
      const claim = stores.claims.get(namespace, names.dataClaim(record.metadata.name, record.spec.nodeUID))
      return {
        record,
        pod: pod === undefined ? undefined : podView(pod),
        claim: claim === undefined ? undefined : claimView(claim),
        own: await askOwn(input, record, pod),
        wantedRevision: checked.ok ? input.revisionOf(cluster, record, checked.heapMiB) : undefined,
      }
    }),
  )
  const isOutdated = nodes.some((node) => node.pod !== undefined && node.pod.revision !== node.wantedRevision)
  const grows = nodes.length < cluster.spec.nodes
  return {
    now: input.now(),
    epoch: input.epoch,
    cluster,
    status: cluster.status ?? {},
    nodes,
    zones: zonesOf(stores, input.now()),
    specProblem: checked.ok ? undefined : checked.problem,
    podProblem: checked.ok && (isOutdated || grows) ? await input.dryRun(nodes) : undefined,
    storageProblem: grows ? await input.checkStorage() : undefined,
    superuser: input.superuser,
    strayClaims: stores.claims
      .all()
      .filter((claim) => claim.metadata.namespace === namespace && isPredecessors(claim, name, uid))
      .map(({ metadata }) => ({ name: metadata.name, clusterUID: metadata.labels?.[LABEL.clusterUID] ?? '' })),
    unknownPods: pods.filter((pod) => !records.some((record) => isOwnedBy(pod, record))).map((pod) => pod.metadata.name),
    predecessors: [...stores.nodes.all(), ...stores.pods.all()]
      .filter((object) => object.metadata.namespace === namespace && isPredecessors(object, name, uid))
      .map(({ metadata }) => metadata.name),
    childProblems: input.childProblems,
  }
}

/** The nodes of a cluster, by datacenter, rack and ordinal. */
export function recordsOf({ metadata: { namespace, uid } }: CassandraCluster, stores: Stores): readonly CassandraNode[] {
  return stores.nodes
    .all()
    .filter((node) => node.metadata.namespace === namespace && node.metadata.ownerReferences?.some((owner) => owner.uid === uid))
    .sort(byPlace)
}

/** Zone and selector of a node's rack: the spec's, else what was chosen and recorded. */
export function rackOf(
  cluster: CassandraCluster,
  node: CassandraNode,
): { readonly zone?: string; readonly nodeSelector?: Record<string, string> } {
  const asked = cluster.spec.racks?.find((rack) => rack.name === node.spec.rack)
  const recorded = cluster.status?.datacenters?.[0]?.racks.find((rack) => rack.name === node.spec.rack)
  const zone = asked?.zone ?? recorded?.zone
  return {
    ...(zone === undefined ? {} : { zone }),
    ...(asked?.nodeSelector === undefined ? {} : { nodeSelector: asked.nodeSelector }),
  }
}

async function askOwn(input: GatherInput, record: CassandraNode, pod: Pod | undefined): Promise<Fact<AgentView>> {
  const ip = pod?.status?.podIP
  if (pod === undefined) return unknown('NoPod', 'it has no pod')
  if (ip === undefined) return unknown('NoAddress', 'its pod has no address yet')
  const answer = await input.askAgent(record, ip)
  if (!answer.known) return answer
  const { clusterUID, nodeUID, podUID } = answer.value
  const isOurs = clusterUID === input.cluster.metadata.uid && nodeUID === record.spec.nodeUID && podUID === pod.metadata.uid
  return isOurs ? answer : unknown('OtherNode', `the agent at ${ip} speaks for another pod`)
}

function zonesOf(stores: Stores, now: Millis): Fact<readonly Zone[]> {
  const zones = new Map<string, number>()
  for (const node of stores.kubeNodes.all()) {
    const zone = node.metadata.labels?.['topology.kubernetes.io/zone']
    const isReady = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True')
    if (zone !== undefined && isReady && node.spec?.unschedulable !== true) zones.set(zone, (zones.get(zone) ?? 0) + 1)
  }
  return known(
    [...zones].map(([name, kubeNodes]) => ({ name, kubeNodes })),
    now,
  )
}

/** It carries our name and the uid of another cluster, which is gone: of two with one name only one can be there. */
function isPredecessors({ metadata }: KubeObject, name: string, uid: string): boolean {
  return metadata.labels?.[LABEL.cluster] === name && metadata.labels[LABEL.clusterUID] !== uid
}

function isOwnedBy(pod: Pod, record: CassandraNode): boolean {
  return pod.metadata.ownerReferences?.some((owner) => owner.uid === record.metadata.uid) ?? false
}

function byPlace(a: CassandraNode, b: CassandraNode): number {
  return a.spec.datacenter.localeCompare(b.spec.datacenter) || a.spec.ordinal - b.spec.ordinal || a.spec.rack.localeCompare(b.spec.rack)
}
