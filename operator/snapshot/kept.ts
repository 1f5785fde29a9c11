// What the stores keep of a Pod and of a Kubernetes node: the fields of kube-types.ts and no others. A whole Pod takes 29 KB
// of heap, this part 1.4 KB.
import type { KubeNode, Pod } from './kube-types.ts'

type PodStatus = NonNullable<Pod['status']>
type ContainerStatuses = NonNullable<PodStatus['containerStatuses']>

export const kept = {
  pod: (pod: Pod): Pod => ({
    ...pod,
    spec: pick(pod.spec, { nodeName: true }),
    ...(pod.status === undefined ? {} : { status: podStatus(pod.status) }),
  }),
  kubeNode: (node: KubeNode): KubeNode => ({
    ...node,
    ...(node.spec === undefined ? {} : { spec: pick(node.spec, { unschedulable: true }) }),
    ...(node.status === undefined ? {} : { status: pick(node.status, { conditions: true }) }),
  }),
}

function podStatus(status: PodStatus): PodStatus {
  const { containerStatuses, initContainerStatuses } = status
  return {
    ...pick(status, { phase: true, podIP: true, conditions: true, containerStatuses: true, initContainerStatuses: true }),
    ...(containerStatuses === undefined ? {} : { containerStatuses: containers(containerStatuses) }),
    ...(initContainerStatuses === undefined ? {} : { initContainerStatuses: containers(initContainerStatuses) }),
  }
}

function containers(statuses: ContainerStatuses): ContainerStatuses {
  return statuses.map((status) => pick(status, { name: true, restartCount: true, state: true }))
}

/** @param fields all fields of the type: one that is added there is kept here, or does not compile */
function pick<T extends object>(object: T, fields: Readonly<Record<keyof T, true>>): T {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key in fields)) as T
}
