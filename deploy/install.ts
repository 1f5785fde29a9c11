// Everything that installs the operator: one list of objects for the YAML file, the Helm chart, the demo and the tests.
import { policies } from '../api/admission/policies.ts'
import { crds } from '../api/crd/crds.ts'
import { deployment } from './deployment.ts'
import { clusterRules, ownRules, rbacRules } from './rbac.ts'

/** The admission policies name the service account in it. */
export const OPERATOR_NAMESPACE = 'ringkeeper-system'

export type InstallOptions = { readonly image: string; readonly replicas: number }

export type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
}

const name = 'ringkeeper'
const rbac = 'rbac.authorization.k8s.io'
const labels = { 'app.kubernetes.io/name': 'ringkeeper', 'app.kubernetes.io/part-of': 'ringkeeper' }
const inNamespace = { name, namespace: OPERATOR_NAMESPACE, labels }

/** In the order in which they can be applied. */
export function installObjects({ image, replicas }: InstallOptions): readonly Manifest[] {
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: OPERATOR_NAMESPACE, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    ...(crds as readonly Manifest[]).map(keptByHelm),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name, labels }, rules: rbacRules(clusterRules) },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', metadata: { name, labels }, ...bindingTo('ClusterRole') },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: inNamespace, rules: rbacRules(ownRules) },
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: inNamespace, ...bindingTo('Role') },
    ...policies,
    deployment({ name, namespace: OPERATOR_NAMESPACE, labels, image, replicas }),
  ] as readonly Manifest[]
}

/** Deleting a CRD deletes every object of it: an uninstall never does. */
function keptByHelm(crd: Manifest): Manifest {
  const { annotations, ...metadata } = crd.metadata
  return { ...crd, metadata: { ...metadata, annotations: { ...annotations, 'helm.sh/resource-policy': 'keep' } } }
}

function bindingTo(kind: 'ClusterRole' | 'Role'): object {
  return {
    roleRef: { apiGroup: rbac, kind, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace: OPERATOR_NAMESPACE }],
  }
}
