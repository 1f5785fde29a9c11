// One pass over one cluster: look, decide, journal, act, tell. Everything that it knows it has just read.
import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError, KubeError } from '../../kube/errors.ts'
import type { Recorder } from '../../kube/events.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import { deepEqual } from '../../lib/deep-equal.ts'
import { applyChildren } from '../act/children.ts'
import { dryRunPods } from '../act/dry-run.ts'
import { perform } from '../act/perform.ts'
import { ensureClusterSecrets, ensureNodeSecret, NameConflict } from '../act/secrets.ts'
import { journalled } from '../act/status-steps.ts'
import { readSuperuser, superuserFact } from '../act/superuser.ts'
import type { AgentClient, ClientCredentials } from '../agents/client.ts'
import type { Decided } from '../decide/order.ts'
import { decide } from '../decide/order.ts'
import type { Problem, Snapshot, Step } from '../decide/types.ts'
import { gather } from '../snapshot/gather.ts'
import { clusterStatus } from '../status/cluster-status.ts'
import { nodeStatus } from '../status/node-status.ts'
import type { Stores } from '../stores.ts'

export type ClusterController = {
  /** @returns after how many ms the cluster should be looked at again, or undefined when it is gone */
  readonly reconcile: (key: string) => Promise<number | undefined>
}

export type ControllerInput = {
  readonly client: KubeClient
  readonly stores: Stores
  readonly epoch: number
  readonly ownImage: string
  readonly agentClient: (cluster: CassandraCluster, credentials: ClientCredentials) => AgentClient
  readonly record: Recorder
  readonly log: (message: string, detail: object) => void
}

const MANAGER = 'ringkeeper'
/** A settled ring is looked at this often: nobody tells us when a node goes down. */
const SETTLED_MS = 5_000
const BARRIER_MS = 10_000

export function createClusterController(input: ControllerInput): ClusterController {
  const { client, stores, epoch } = input
  /** Objects written for a key that the stores have not seen yet. */
  const written = new Map<string, { readonly objects: readonly KubeObject[]; readonly until: number }>()

  const reconcile = async (key: string): Promise<number | undefined> => {
    const [namespace = '', name = ''] = key.split('/')
    const cluster = stores.clusters.get(namespace, name)
    if (cluster === undefined || cluster.metadata.deletionTimestamp !== undefined) {
      written.delete(key)
      return undefined
    }
    if (!hasArrived(key)) return 100
    const look = await observe(cluster)
    const decided = decide(look.snapshot)
    return carryOut(key, look, decided)
  }

  /** Read your writes: a store that is behind would show pods that we made as missing. */
  const hasArrived = (key: string): boolean => {
    const waiting = written.get(key)
    if (waiting === undefined) return true
    const missing = waiting.objects.filter((object) => !storeOf(object)?.hasSeen(object))
    if (missing.length > 0 && Date.now() < waiting.until) return false
    written.delete(key)
    return true
  }

  const storeOf = (object: KubeObject) =>
    ({
      CassandraCluster: stores.clusters,
      CassandraNode: stores.nodes,
      Pod: stores.pods,
      PersistentVolumeClaim: stores.claims,
    })[object.kind ?? '']

  type Look = {
    readonly snapshot: Snapshot
    readonly agents: AgentClient
    readonly nodeSecret: (node: Snapshot['nodes'][number]) => Promise<void>
  }

  const observe = async (cluster: CassandraCluster): Promise<Look> => {
    const namespace = cluster.metadata.namespace ?? ''
    const secretInput = { client, cluster, find: (name: string) => stores.secrets.get(namespace, name) }
    const { authority, operator } = await ensureClusterSecrets(secretInput).catch((error: unknown) => {
      throw error instanceof NameConflict ? new ChildProblem({ reason: 'NameConflict', message: error.message }) : error
    })
    const agents = input.agentClient(cluster, { ...operator, ca: authority.cert })
    const paused = cluster.spec.paused
    const snapshot = await gather({
      cluster,
      stores,
      epoch,
      ownImage: input.ownImage,
      askAgent: (node, ip) => agents.view({ ip, nodeUID: node.spec.nodeUID }),
      superuser: superuserFact(cluster, cluster.spec.auth?.enabled === false ? '' : await readSuperuser(client, cluster)),
      childProblems: paused ? [] : await applyChildren({ client, stores, cluster, manager: MANAGER }),
      dryRun: (nodes) => dryRunPods(client, cluster, nodes, input.ownImage),
    })
    return { snapshot, agents, nodeSecret: (node) => ensureNodeSecret(secretInput, authority, node.record) }
  }

  const carryOut = async (key: string, look: Look, decided: Decided): Promise<number> => {
    const { snapshot } = look
    let cluster = snapshot.cluster
    let outcome = decided
    if (decided.verdict.kind === 'act') {
      const next = journalled(snapshot.status, decided.verdict)
      if (!deepEqual(next, snapshot.status)) cluster = await writeStatus(cluster, next)
      announce(cluster, decided)
      input.log(decided.verdict.message, { cluster: key, reason: decided.verdict.reason, steps: decided.verdict.steps.map(stepName) })
      const objects: KubeObject[] = [cluster]
      try {
        for (const step of decided.verdict.steps)
          objects.push(
            ...(await perform(step, snapshot, {
              ...input,
              agents: look.agents,
              nodeSecret: look.nodeSecret,
              superuser: superuserLogin(cluster),
            })),
          )
      } catch (error) {
        outcome = { ...decided, verdict: refused(error, decided.verdict.steps) }
        input.log(`refused: ${String(error)}`, { cluster: key })
      }
      written.set(key, { objects, until: Date.now() + BARRIER_MS })
    }
    await tell(key, { ...snapshot, cluster, status: cluster.status ?? {} }, outcome)
    announce(cluster, outcome)
    const { verdict } = outcome
    return verdict.kind === 'act' ? 200 : verdict.kind === 'wait' ? verdict.again : SETTLED_MS
  }

  const superuserLogin = (cluster: CassandraCluster) => async () => {
    const login = await readSuperuser(client, cluster)
    if (typeof login === 'string') throw new Error(login)
    return login
  }

  const tell = async (key: string, snapshot: Snapshot, decided: Decided): Promise<void> => {
    const status = clusterStatus(snapshot, decided)
    if (!deepEqual(status, snapshot.status)) {
      const after = await writeStatus(snapshot.cluster, status)
      const earlier = written.get(key)?.objects ?? []
      written.set(key, {
        objects: [...earlier.filter((object) => object.kind !== 'CassandraCluster'), after],
        until: Date.now() + BARRIER_MS,
      })
    }
    for (const node of snapshot.nodes) {
      const next = nodeStatus(node, snapshot)
      if (deepEqual(next, node.record.status ?? {})) continue
      const { metadata, kind, apiVersion, spec } = node.record
      const path = pathOf(resources.nodes, metadata.namespace, metadata.name, 'status')
      await client.replace(path, { apiVersion, kind, metadata, spec, status: next } as KubeObject).catch(ignoreConflict)
    }
  }

  const writeStatus = (cluster: CassandraCluster, status: ClusterStatus): Promise<CassandraCluster> => {
    const { metadata, kind, apiVersion, spec } = cluster
    const path = pathOf(resources.clusters, metadata.namespace, metadata.name, 'status')
    return client.replace<CassandraCluster>(path, { apiVersion, kind, metadata, spec, status } as KubeObject)
  }

  const announce = (cluster: CassandraCluster, { verdict }: Decided): void => {
    if (verdict.kind === 'act') input.record(cluster, 'Normal', verdict.reason, verdict.message)
    if (verdict.kind === 'blocked') input.record(cluster, 'Warning', verdict.reason, verdict.message)
  }

  return {
    reconcile: async (key) => {
      try {
        return await reconcile(key)
      } catch (error) {
        if (error instanceof KubeError && error.kind === 'conflict') return 100 // read again and decide again
        throw error
      }
    },
  }
}

/** A problem found before the snapshot could be made. */
class ChildProblem extends Error {
  readonly problem: Problem
  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** What the API server or an agent refused, as a verdict: the user sees it where he looks first. */
function refused(error: unknown, steps: readonly Step[]): Exclude<Decided['verdict'], { readonly kind: 'act' }> {
  const message = error instanceof Error ? error.message : String(error)
  const isPermanent = isKubeError(error, 'forbidden') || isKubeError(error, 'invalid')
  if (isPermanent && steps.some((step) => step.kind === 'create-claim' || step.kind === 'create-pod')) {
    const reason = /persistentvolumeclaims/.test(message) ? 'StorageFailed' : 'InvalidPodTemplate'
    return { kind: 'blocked', reason, message: `the API server refuses: ${message}` }
  }
  return { kind: 'wait', reason: 'OutcomeUnknown', message: `${message}; looking again`, again: 2_000 }
}

function ignoreConflict(error: unknown): void {
  if (!isKubeError(error, 'conflict') && !isKubeError(error, 'notFound')) throw error
}

function stepName(step: Step): string {
  return 'node' in step ? `${step.kind} ${step.node}` : step.kind
}
