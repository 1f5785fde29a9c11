// The Helm chart, from the same objects as install.yaml: where a value may differ, its expression takes the place.
import { Document, isMap, isScalar, stringify } from 'yaml'
import { defaultValues, type Value, values, valuesSchema } from './chart-values.ts'
import { installObjects, type Manifest, OPERATOR_NAMESPACE } from './install.ts'
import { yamlText } from './yaml.ts'

/** Text of the files by their path in the chart. */
export function chartFiles(version: string): Readonly<Record<string, string>> {
  const objects = installObjects({ image: PLACE('image'), replicas: 2 })
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  if (deployment === undefined) throw new Error('the installation has no Deployment')
  const of = (...kinds: readonly string[]): string => template(objects.filter(({ kind }) => kinds.includes(kind)))
  return {
    'Chart.yaml': stringify({
      apiVersion: 'v2',
      name: 'ringkeeper',
      description: 'A Kubernetes operator for Apache Cassandra',
      type: 'application',
      version,
      appVersion: version,
      kubeVersion: '>=1.32.0-0',
    }),
    'values.yaml': valuesFile(deployment),
    'values.schema.json': `${JSON.stringify(valuesSchema(), undefined, 2)}\n`,
    'templates/_helpers.tpl': helpers,
    'templates/NOTES.txt': notes,
    // Not in the folder crds of the chart: Helm never upgrades what is there.
    'templates/crds.yaml': `{{- if .Values.crds.install }}\n${of('CustomResourceDefinition')}{{- end }}\n`,
    'templates/rbac.yaml': of('ServiceAccount', 'ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'),
    'templates/policies.yaml': of('ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'),
    'templates/deployment.yaml': template([withPlaces(deployment)]),
  }
}

const PLACE = (name: string): string => `PLACE(${name})`

function valuesFile(deployment: Manifest): string {
  const document = new Document(defaultValues(deployment))
  for (const { name, description } of values) {
    const path = name.split('.')
    const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1))
    const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined
    if (isScalar(pair?.key)) pair.key.commentBefore = ` ${description}`
  }
  return document.toString({ lineWidth: 0 })
}

/** The Deployment with a mark where each value goes. */
function withPlaces(deployment: Manifest): Manifest {
  const copy = structuredClone(deployment)
  for (const { name, at } of values) {
    if (at === undefined) continue
    const parent = at.slice(0, -1).reduce<unknown>((object, key) => (object as Record<string | number, unknown>)[key], copy)
    ;(parent as Record<string | number, unknown>)[at.at(-1) ?? ''] = PLACE(name)
  }
  return copy
}

function template(objects: readonly Manifest[]): string {
  const text = yamlText(objects)
  if (text.includes('{{')) throw new Error('an object holds {{, which Helm would take for its own')
  return text
    .replaceAll(OPERATOR_NAMESPACE, '{{ .Release.Namespace }}')
    .replaceAll(PLACE('image'), '{{ include "ringkeeper.image" . | quote }}')
    .replace(/^( *)(\S+): PLACE\((.+)\)\n/gm, (_, indent: string, key: string, name: string) => expression(indent, key, name))
}

function expression(indent: string, key: string, name: string): string {
  const value = values.find((candidate) => candidate.name === name) as Value
  const nested = (from: string): string => `${indent}${key}: {{- toYaml ${from} | nindent ${indent.length + 2} }}\n`
  // What is empty is left out, as in install.yaml.
  if (value.initially !== undefined) return `{{- with .Values.${name} }}\n${nested('.')}{{- end }}\n`
  return value.schema.type === 'object' ? nested(`.Values.${name}`) : `${indent}${key}: {{ toJson .Values.${name} }}\n`
}

const helpers = `{{- define "ringkeeper.image" -}}
{{- with .Values.image -}}
{{- .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end -}}
`

const notes = `Ringkeeper {{ .Chart.AppVersion }} is installed in the namespace {{ .Release.Namespace }}.
{{- $namespace := lookup "v1" "Namespace" "" .Release.Namespace | default dict }}
{{- if not (dig "metadata" "labels" "pod-security.kubernetes.io/enforce" "" $namespace) }}

The operator satisfies Pod Security restricted; let its namespace enforce it:
  kubectl label namespace {{ .Release.Namespace }} pod-security.kubernetes.io/enforce=restricted
{{- end }}

Is it up?  kubectl -n {{ .Release.Namespace }} rollout status deployment/ringkeeper
Clusters:  kubectl get cassandraclusters,cassandranodes -A
`
