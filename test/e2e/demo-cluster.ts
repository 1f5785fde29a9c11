// What the scenarios share: the demo cluster, its names, and what a person would look at.
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import type { Login } from '../../local/cql.ts'
import { eventually } from './eventually.ts'
import type { Kubectl } from './kubectl.ts'

export const NAMESPACE = 'demo'
export const CLUSTER = 'demo'

export type Pod = {
  readonly metadata: {
    readonly name: string
    readonly uid: string
    readonly creationTimestamp: string
    readonly labels?: Readonly<Record<string, string>>
  }
  readonly spec: { readonly nodeName?: string }
  readonly status: {
    readonly phase: string
    readonly podIP?: string
    readonly containerStatuses?: readonly { readonly restartCount: number }[]
  }
}

export type Demo = {
  readonly kubectl: Kubectl
  readonly cluster: () => Promise<CassandraCluster>
  readonly nodes: () => Promise<readonly CassandraNode[]>
  readonly pods: () => Promise<readonly Pod[]>
  readonly superuser: () => Promise<Login>
  /** Ready for the newest generation, as `kubectl wait --for=condition=Ready` judges it. */
  readonly ready: (deadlineMs: number) => Promise<CassandraCluster>
  /** Until a condition of the cluster has this reason; answers its message. */
  readonly reason: (reason: string, deadlineMs: number) => Promise<string>
}

export function createDemo(kubectl: Kubectl, name = CLUSTER, namespace = NAMESPACE): Demo {
  const get = async <T>(args: readonly string[]): Promise<T> => {
    const object = await kubectl.get<T>(['-n', namespace, ...args])
    if (object === undefined) throw new Error(`${args.join(' ')} does not exist`)
    return object
  }
  const cluster = () => get<CassandraCluster>(['cass', name])
  return {
    kubectl,
    cluster,
    nodes: async () => (await get<{ items: CassandraNode[] }>(['cassn', '--field-selector', `spec.clusterRef.name=${name}`])).items,
    pods: async () => (await get<{ items: Pod[] }>(['pods', '-l', `ringkeeper.io/cluster=${name}`])).items,
    superuser: async () => {
      const secret = await get<{ data: { username: string; password: string } }>(['secret', `${name}-superuser`])
      const text = (value: string) => Buffer.from(value, 'base64').toString()
      return { username: text(secret.data.username), password: text(secret.data.password) }
    },
    ready: (deadlineMs) =>
      eventually(`CassandraCluster ${name} is Ready`, deadlineMs, async () => {
        const object = await cluster()
        const condition = object.status?.conditions?.find((c) => c.type === 'Ready')
        if (condition?.status === 'True' && condition.observedGeneration === object.metadata.generation) return object
        throw new Error(`${condition?.reason ?? 'no condition'}: ${condition?.message ?? ''}`)
      }),
    reason: (reason, deadlineMs) =>
      eventually(`a condition of ${name} says ${reason}`, deadlineMs, async () => {
        const conditions = (await cluster()).status?.conditions ?? []
        const found = conditions.find((c) => c.reason === reason)
        if (found !== undefined) return found.message
        throw new Error(conditions.map((c) => `${c.type}=${c.status} ${c.reason}`).join(', '))
      }),
  }
}
