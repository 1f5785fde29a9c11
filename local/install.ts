// Installs the operator from this checkout into a cluster.
import { crds } from '../api/crd/crds.ts'
import { installObjects, OPERATOR_NAMESPACE } from '../deploy/install.ts'
import type { Kubectl } from './kubectl.ts'

export async function installOperator(kubectl: Kubectl, image: string, replicas = 2): Promise<void> {
  const list = (items: readonly object[]): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list(crds))
  await kubectl([
    'wait',
    '--for=condition=Established',
    '--timeout=30s',
    ...crds.map((crd) => `crd/${(crd as { metadata: { name: string } }).metadata.name}`),
  ])
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list(installObjects({ image, replicas })))
  await kubectl(['-n', OPERATOR_NAMESPACE, 'rollout', 'status', 'deployment/ringkeeper', '--timeout=120s'])
}
