// One pass over one cluster: look, decide, journal, act, tell. Everything that it knows it has just read.
import type { ClusterStatus } from '../../api/kinds/cassandra-cluster.ts'
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError, KubeError } from '../../kube/errors.ts'
import type { Recorder } from '../../kube/events.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import { deepEqual } from '../../lib/deep-equal.ts'
import { unknown } from '../../lib/result.ts'
import { createEnsureCertificates, wordOf } from '../act/certificates.ts'
import { applyChildren } from '../act/children.ts'
import { dryRunPods } from '../act/dry-run.ts'
import { perform } from '../act/perform.ts'
import { ensureLogins, requireNodeSecret, type SecretInput } from '../act/secrets.ts'
import { journalled } from '../act/status-steps.ts'
import { readOperatorLogin, readSuperuser, superuserFact } from '../act/superuser.ts'
import { type AgentClient, type ClientCredentials, noAgents } from '../agents/client.ts'
import type { Decided } from '../decide/order.ts'
import type { Snapshot, Step } from '../decide/types.ts'
import { checkStorage } from '../snapshot/check-storage.ts'
import { gather, recordsOf } from '../snapshot/gather.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import { createRevisions } from '../snapshot/revisions.ts'
import { clusterStatus } from '../status/cluster-status.ts'
import { nodeStatus } from '../status/node-status.ts'
import type { Stores } from '../stores.ts'
import type { World } from '../world.ts'

export type ClusterController = {
  /** @returns after how many ms the cluster should be looked at again, or undefined when it is gone */
  readonly reconcile: (key: string) => Promise<number | undefined>
}

export type ControllerInput = {
  readonly client: KubeClient
  readonly stores: Stores
  readonly world: World
  readonly epoch: number
  readonly ownImage: string
  readonly decide: (snapshot: Snapshot) => Decided
  readonly agentClient: (cluster: CassandraCluster, credentials: ClientCredentials) => AgentClient
  readonly record: Recorder
  readonly log: (message: string, detail: object) => void
}

const MANAGER = 'ringkeeper'
/** A settled ring is looked at this often: nobody tells us when a node goes down. */
const SETTLED_MS = 5_000
const BARRIER_MS = 10_000

export function createClusterController(input: ControllerInput): ClusterController {
  const { client, stores, epoch, world } = input
  const ensureCertificates = createEnsureCertificates(world.certificates)
  const revisionOf = createRevisions()
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
    const look = await observe(key, cluster)
    const decided = input.decide(look.snapshot)
    return carryOut(key, look, decided)
  }

  /** Read your writes: a store that is behind would show pods that we made as missing. */
  const hasArrived = (key: string): boolean => {
    const waiting = written.get(key)
    if (waiting === undefined) return true
    const missing = waiting.objects.filter((object) => !storeOf(object)?.hasSeen(object))
    if (missing.length > 0 && world.now() < waiting.until) return false
    written.delete(key)
    return true
  }

  const storeOf = (object: KubeObject) =>
    ({
      CassandraCluster: stores.clusters,
      CassandraNode: stores.nodes,
      Pod: stores.pods,
      PersistentVolumeClaim: stores.claims,
      Secret: stores.secrets,
    })[object.kind ?? '']

  type Look = {
    readonly snapshot: Snapshot
    readonly agents: AgentClient
    readonly secrets: SecretInput
  }

  const observe = async (key: string, cluster: CassandraCluster): Promise<Look> => {
    const secrets = secretsOf(key, cluster)
    const loginProblem = await ensureLogins(secrets)
    // Twice: before the agents are asked what needs nobody's word, afterwards what needs it.
    const unasked = recordsOf(cluster, stores).map((record) => ({ record, agent: unknown('NotAsked', 'it has not been asked yet') }))
    const { credentials, problems } = await ensureCertificates(secrets, unasked)
    const agents = credentials === undefined ? noAgents('there is no certificate to ask with') : input.agentClient(cluster, credentials)
    const paused = cluster.spec.paused
    const gathered = await gather({
      cluster,
      stores,
      now: world.now,
      epoch,
      ownImage: input.ownImage,
      revisionOf,
      askAgent: (node, ip) => agents.view({ ip, nodeUID: node.spec.nodeUID }, epoch),
      superuser: superuserFact(cluster, cluster.spec.auth?.enabled === false ? '' : await readSuperuser(client, cluster)),
      childProblems: paused ? [] : await applyChildren({ client, stores, cluster, manager: MANAGER }),
      dryRun: (nodes) => dryRunPods(client, cluster, nodes, input.ownImage),
      checkStorage: () => checkStorage(client, cluster),
    })
    const after = await ensureCertificates(secrets, gathered.nodes.map(wordOf))
    const blocking = [loginProblem, ...problems, ...after.problems].filter((problem) => problem !== undefined)
    const snapshot: Snapshot = {
      ...gathered,
      childProblems: [...blocking, ...gathered.childProblems],
      ...(after.overdue === undefined ? {} : { certificateProblem: after.overdue }),
    }
    return { snapshot, agents, secrets }
  }

  const secretsOf = (key: string, cluster: CassandraCluster): SecretInput => {
    const own = new Map<string, Secret>()
    return {
      client,
      cluster,
      world,
      find: (name) => own.get(name) ?? stores.secrets.get(cluster.metadata.namespace, name),
      wrote: (secret, reason) => {
        own.set(secret.metadata.name, secret)
        written.set(key, { objects: [...own.values()], until: world.now() + BARRIER_MS })
        input.log(`Secret ${secret.metadata.name} is written: ${reason}`, { cluster: key })
      },
    }
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
      const objects: KubeObject[] = [...(written.get(key)?.objects ?? []), cluster]
      try {
        for (const step of decided.verdict.steps)
          objects.push(
            ...(await perform(step, snapshot, {
              ...input,
              newUID: world.newUID,
              agents: look.agents,
              superuser: superuserLogin(cluster),
              operatorLogin: () => readOperatorLogin(client, cluster),
              requireNodeSecret: ({ record }) => requireNodeSecret(look.secrets, record),
            })),
          )
      } catch (error) {
        outcome = { ...decided, verdict: refused(error, decided.verdict.steps) }
        input.log(`refused: ${String(error)}`, { cluster: key })
      }
      written.set(key, { objects, until: world.now() + BARRIER_MS })
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
        until: world.now() + BARRIER_MS,
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
        // The status stands as it was: who looks at the cluster must learn that it does not move, and why.
        const [namespace = '', name = ''] = key.split('/')
        const cluster = stores.clusters.get(namespace, name)
        if (cluster !== undefined) input.record(cluster, 'Warning', 'PassFailed', error instanceof Error ? error.message : String(error))
        throw error
      }
    },
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
