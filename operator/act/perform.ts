// One effect a step; each may be repeated. Answers the objects that were written, so that the next look waits for them.
import type { Job, Login } from '../../api/agent.ts'
import { LABEL } from '../../api/labels.ts'
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { AgentAddress, AgentClient } from '../agents/client.ts'
import { hostIDOf } from '../decide/ring.ts'
import type { JobIntent, NodeView, Snapshot, Step } from '../decide/types.ts'
import { dataClaim } from '../desired/claim.ts'
import { nodeRecord } from '../desired/node-record.ts'
import { pod } from '../desired/pod.ts'
import { checkSpec } from '../snapshot/check-spec.ts'
import { rackOf } from '../snapshot/gather.ts'
import { performDelete } from './destroy.ts'

export type Effects = {
  readonly client: KubeClient
  readonly agents: AgentClient
  readonly ownImage: string
  readonly newUID: () => string
  readonly superuser: () => Promise<Login>
  readonly operatorLogin: () => Promise<Login>
  /** @throws while the Secret that the pod of a node mounts is missing */
  readonly requireNodeSecret: (node: NodeView) => void
}

export async function perform(step: Step, snapshot: Snapshot, effects: Effects): Promise<readonly KubeObject[]> {
  const { cluster } = snapshot
  const { client, agents } = effects
  const namespace = cluster.metadata.namespace ?? ''
  switch (step.kind) {
    case 'record-racks':
    case 'patch-status':
    case 'release':
      return [] // done with the journal
    case 'create-node':
      return createOnce(client, pathOf(resources.nodes, namespace), nodeRecord(cluster, step, effects.newUID()))
    case 'create-claim':
      return createOnce(client, pathOf(resources.claims, namespace), dataClaim(cluster, nodeOf(step.node, snapshot).record))
    case 'create-pod':
      return createPod(step, snapshot, effects)
    case 'delete-pod':
    case 'delete-node':
      await performDelete(client, namespace, step)
      return []
    case 'label-seeds':
      return Promise.all(
        step.nodes.map(({ node, seed }) =>
          client.merge<KubeObject>(pathOf(resources.pods, namespace, node), {
            metadata: { uid: nodeOf(node, snapshot).pod?.uid, labels: { [LABEL.seed]: seed ? 'true' : null } },
          }),
        ),
      )
    case 'grant': {
      const receipt = await agents.grant(addressOf(step.node, snapshot), snapshot.epoch, step.grant)
      if (!receipt.accepted) throw new Error(`${step.node} refused the grant: ${receipt.message}`)
      return []
    }
    case 'agent-job':
      await agents.startJob(addressOf(step.node, snapshot), snapshot.epoch, step.jobID, await withLogins(step.job, cluster, effects))
      return []
  }
}

async function createPod(
  step: Extract<Step, { kind: 'create-pod' }>,
  snapshot: Snapshot,
  effects: Effects,
): Promise<readonly KubeObject[]> {
  const { cluster } = snapshot
  const view = nodeOf(step.node, snapshot)
  const checked = checkSpec(cluster)
  if (!checked.ok || view.wantedRevision === undefined) throw new Error(`the spec cannot be rendered for ${step.node}`)
  effects.requireNodeSecret(view)
  const input = {
    cluster,
    node: view.record,
    rack: rackOf(cluster, view.record),
    heapMiB: checked.heapMiB,
    ownImage: effects.ownImage,
    hostID: hostIDOf(view),
  }
  return createOnce(effects.client, pathOf(resources.pods, cluster.metadata.namespace), pod(input, view.wantedRevision, step.seed))
}

/** A fixed name: when it exists already, an earlier try of ours made it, and the next look judges by its uid. */
async function createOnce(client: KubeClient, path: string, body: object): Promise<readonly KubeObject[]> {
  try {
    return [await client.create<KubeObject>(path, body)]
  } catch (error) {
    if (isKubeError(error, 'exists')) return []
    throw error
  }
}

async function withLogins(intent: JobIntent, cluster: CassandraCluster, { superuser, operatorLogin }: Effects): Promise<Job> {
  if (intent.kind === 'roles') return { kind: 'roles', operator: await operatorLogin(), superuser: await superuser() }
  if (intent.kind !== 'alter-keyspaces') return intent
  const statements = Object.entries(intent.replication).map(([keyspace, byDatacenter]) => {
    const options = Object.entries(byDatacenter).map(([datacenter, replicas]) => `'${datacenter}': ${replicas}`)
    return `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${options.join(', ')}}`
  })
  // The login that a ring is born with, until the operator's is made.
  const born = { username: 'cassandra', password: 'cassandra' }
  const logins = cluster.spec.auth?.enabled === false ? [null] : [await operatorLogin(), born]
  return { kind: 'cql', logins, statements }
}

function nodeOf(name: string, { nodes }: Snapshot): NodeView {
  const node = nodes.find((candidate) => candidate.record.metadata.name === name)
  if (node === undefined) throw new Error(`the step names ${name}, which the snapshot does not hold`)
  return node
}

function addressOf(name: string, snapshot: Snapshot): AgentAddress {
  const node = nodeOf(name, snapshot)
  if (node.pod?.ip === undefined) throw new Error(`${name} has no address`)
  return { ip: node.pod.ip, nodeUID: node.record.spec.nodeUID }
}
