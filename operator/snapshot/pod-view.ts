import { LABEL } from '../../api/labels.ts'
import type { ClaimView, PodView } from '../decide/types.ts'
import type { Claim, Pod } from './kube-types.ts'

export function podView(pod: Pod): PodView {
  const { metadata, spec, status } = pod
  const trouble = troubleOf(pod)
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    deleting: metadata.deletionTimestamp !== undefined,
    phase: status?.phase ?? 'Pending',
    ready: status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false,
    isSeed: metadata.labels?.[LABEL.seed] === 'true',
    revision: metadata.annotations?.['ringkeeper.io/revision'] ?? '',
    createdAt: Date.parse(metadata.creationTimestamp ?? ''),
    ...(status?.podIP === undefined ? {} : { ip: status.podIP }),
    ...(spec.nodeName === undefined ? {} : { kubeNode: spec.nodeName }),
    ...(trouble === undefined ? {} : { trouble }),
  }
}

/** Why it does not run, in the words of the scheduler or the kubelet. */
function troubleOf({ status }: Pod): PodView['trouble'] {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { reason: 'Unschedulable', message: `no Kubernetes node fits: ${scheduled.message ?? ''}` }
  }
  for (const container of [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]) {
    const waiting = container.state?.waiting
    if (waiting?.reason === 'ErrImagePull' || waiting?.reason === 'ImagePullBackOff' || waiting?.reason === 'InvalidImageName') {
      return { reason: 'ImagePullFailed', message: `container ${container.name}: ${waiting.message ?? waiting.reason}` }
    }
    if (
      waiting?.reason === 'CrashLoopBackOff' ||
      waiting?.reason === 'CreateContainerConfigError' ||
      waiting?.reason === 'RunContainerError'
    ) {
      return { reason: 'StartFailed', message: `container ${container.name}: ${waiting.message ?? waiting.reason}` }
    }
  }
  return undefined
}

export function claimView(claim: Claim): ClaimView {
  const { metadata, status, spec } = claim
  const size = status?.capacity?.storage ?? spec.resources?.requests?.storage
  return {
    name: metadata.name,
    uid: metadata.uid,
    resourceVersion: metadata.resourceVersion,
    bound: status?.phase === 'Bound',
    deleting: metadata.deletionTimestamp !== undefined,
    ...(size === undefined ? {} : { size }),
    ...(status?.phase === 'Lost' ? { trouble: 'its volume is lost' } : {}),
  }
}
