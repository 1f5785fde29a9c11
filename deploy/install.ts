// Everything that installs the operator, but the CRDs: one list of objects for the YAML file, the demo and the tests.
import { clusterRules, ownRules, rbacRules } from './rbac.ts'

export const OPERATOR_NAMESPACE = 'ringkeeper-system'

export type InstallOptions = { readonly image: string; readonly replicas: number }

const labels = { 'app.kubernetes.io/name': 'ringkeeper', 'app.kubernetes.io/part-of': 'ringkeeper' }
const selector = { 'app.kubernetes.io/name': 'ringkeeper', 'app.kubernetes.io/component': 'operator' }

export function installObjects({ image, replicas }: InstallOptions): readonly object[] {
  const rbac = 'rbac.authorization.k8s.io'
  const inNamespace = { namespace: OPERATOR_NAMESPACE, labels }
  const subject = { kind: 'ServiceAccount', name: 'ringkeeper', namespace: OPERATOR_NAMESPACE }
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: OPERATOR_NAMESPACE, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'restricted' } },
    },
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'ringkeeper', ...inNamespace } },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name: 'ringkeeper', labels }, rules: rbacRules(clusterRules) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'ringkeeper', labels },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'ringkeeper' },
      subjects: [subject],
    },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'ringkeeper', ...inNamespace }, rules: rbacRules(ownRules) },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'ringkeeper', ...inNamespace },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'ringkeeper' },
      subjects: [subject],
    },
    deployment(image, replicas),
  ]
}

function deployment(image: string, replicas: number): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'ringkeeper', namespace: OPERATOR_NAMESPACE, labels },
    spec: {
      replicas,
      selector: { matchLabels: selector },
      // The old leader may still act until its lease is released; a new one waits for it.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
      template: {
        metadata: {
          labels: selector,
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', 'prometheus.io/path': '/metrics' },
        },
        spec: {
          serviceAccountName: 'ringkeeper',
          terminationGracePeriodSeconds: 15,
          securityContext: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, seccompProfile: { type: 'RuntimeDefault' } },
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: selector } } },
              ],
            },
          },
          containers: [
            {
              name: 'operator',
              image,
              imagePullPolicy: 'IfNotPresent',
              command: ['node', '--max-semi-space-size=2', '--max-old-space-size=192', '/app/operator.mjs'],
              env: [
                { name: 'RINGKEEPER_IMAGE', value: image },
                { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
              ],
              ports: [{ name: 'http', containerPort: 8080 }],
              livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, periodSeconds: 20, failureThreshold: 3 },
              readinessProbe: { httpGet: { path: '/readyz', port: 'http' }, periodSeconds: 2 },
              resources: { requests: { cpu: '50m', memory: '128Mi' }, limits: { memory: '384Mi' } },
              securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      },
    },
  }
}
