// Installs the operator from this checkout into a cluster: the objects of deploy/install.yaml, with an image of its own.
import { setTimeout as delay } from 'node:timers/promises'
import { crds } from '../api/crd/crds.ts'
import { installObjects, type Manifest, OPERATOR_NAMESPACE } from '../deploy/install.ts'
import type { Kubectl } from './kubectl.ts'

const crdNames = (crds as readonly Manifest[]).map(({ metadata }) => `crd/${metadata.name}`)
const POLICIES_MS = 30_000

export async function installOperator(kubectl: Kubectl, image: string, replicas = 2): Promise<void> {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: installObjects({ image, replicas }) })
  await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], list)
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', ...crdNames])
  await policiesInForce(kubectl)
  await kubectl(['-n', OPERATOR_NAMESPACE, 'rollout', 'status', 'deployment/ringkeeper', '--timeout=120s'])
}

/** API servers read policies now and then, and nothing in a policy says that they have: the answer to a question does. */
async function policiesInForce(kubectl: Kubectl): Promise<void> {
  const endsAt = Date.now() + POLICIES_MS
  for (;;) {
    // Refused by the policy; before it is in force a dry run deletes nothing.
    const answer = await kubectl(['delete', ...crdNames, '--dry-run=server']).catch((error: unknown) => String(error))
    if (answer.includes('deletes every')) return
    if (Date.now() > endsAt) throw new Error(`the admission policies are not in force after ${POLICIES_MS / 1000} s: ${answer}`)
    await delay(500)
  }
}
