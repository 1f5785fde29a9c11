// Every delete of the operator goes through here, with the uid and version that the decision saw.

import type { KubeClient } from '../../kube/client.ts'
import { destroy } from '../../kube/destroy.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { Step } from '../decide/types.ts'

type Delete = Extract<Step, { readonly kind: 'delete-pod' | 'delete-node' }>

export async function performDelete(client: KubeClient, namespace: string, step: Delete): Promise<void> {
  const resource = step.kind === 'delete-pod' ? resources.pods : resources.nodes
  await destroy(client, pathOf(resource, namespace, step.node), { uid: step.uid, resourceVersion: step.resourceVersion })
}
