// Services and disruption budget: applied whole, and only when what stands there differs from what we render.
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError } from '../../kube/errors.ts'
import { pathOf, type Resource, resources } from '../../kube/resources.ts'
import { DATACENTER } from '../decide/form-ring.ts'
import type { Problem } from '../decide/types.ts'
import { disruptionBudget } from '../desired/disruption-budget.ts'
import { services } from '../desired/services.ts'
import type { Stores } from '../stores.ts'
import { protectedNodes } from './protected-nodes.ts'

export type ChildrenInput = {
  readonly client: KubeClient
  readonly stores: Stores
  readonly cluster: CassandraCluster
  readonly manager: string
}

/** @returns what could not be applied, in words for the user */
export async function applyChildren(input: ChildrenInput): Promise<readonly Problem[]> {
  const { cluster, stores } = input
  const problems: Problem[] = []
  const apply = async (resource: Resource, find: Stores['services'], rendered: object): Promise<void> => {
    const problem = await applyOne(input, resource, find, rendered as KubeObject)
    if (problem !== undefined) problems.push(problem)
  }
  for (const service of services(cluster, DATACENTER)) await apply(resources.services, stores.services, service)
  const minAvailable = await protectedNodes(input.client, stores, cluster, DATACENTER)
  await apply(resources.disruptionBudgets, stores.budgets, disruptionBudget(cluster, DATACENTER, minAvailable))
  return problems
}

async function applyOne(
  input: ChildrenInput,
  resource: Resource,
  store: Stores['services'],
  rendered: KubeObject,
): Promise<Problem | undefined> {
  const { client, cluster, manager } = input
  const { name, namespace } = rendered.metadata
  const held = store.get(namespace, name)
  if (held !== undefined && isSubset(rendered, held)) return undefined
  const path = pathOf(resource, namespace, name)
  const live = held ?? (await client.get<KubeObject>(path))
  if (live !== undefined && !live.metadata.ownerReferences?.some(({ uid }) => uid === cluster.metadata.uid)) {
    return { reason: 'NameConflict', message: `${rendered.kind} ${name} exists and does not belong to this cluster` }
  }
  try {
    await client.apply(path, rendered, { manager, force: true })
    return undefined
  } catch (error) {
    if (isKubeError(error, 'forbidden') || isKubeError(error, 'invalid')) {
      return { reason: 'InvalidPodTemplate', message: `${rendered.kind} ${name}: ${(error as Error).message}` }
    }
    throw error
  }
}

/** Every field that we render stands in the live object as rendered; what the server added does not count. */
export function isSubset(rendered: unknown, live: unknown): boolean {
  if (Array.isArray(rendered))
    return Array.isArray(live) && rendered.length === live.length && rendered.every((item, index) => isSubset(item, live[index]))
  if (typeof rendered !== 'object' || rendered === null) return rendered === live
  if (typeof live !== 'object' || live === null) return false
  return Object.entries(rendered).every(([key, value]) => {
    const other = (live as Record<string, unknown>)[key]
    // List items carry neither.
    return value === undefined || ((key === 'apiVersion' || key === 'kind') && other === undefined) || isSubset(value, other)
  })
}
