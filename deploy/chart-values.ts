// The values of the Helm chart. Each says where it goes in the Deployment, and its default is what stands there: so the
// chart with its defaults is the installation of install.yaml.
import type { Manifest } from './install.ts'

type Schema = { readonly [key: string]: unknown }
type Path = readonly (string | number)[]

export type Value = {
  /** As `helm --set` takes it. */
  readonly name: string
  readonly description: string
  readonly schema: Schema
  /** Absent where a template reads the value by itself. */
  readonly at?: Path
  /** For values that do not stand in the Deployment. */
  readonly initially?: unknown
}

const text = { type: 'string' }
const texts: Schema = { type: 'object', additionalProperties: text }
const objects: Schema = { type: 'array', items: { type: 'object' } }
const closed = (properties: Schema): Schema => ({ type: 'object', additionalProperties: false, properties })
const quantities: Schema = { type: 'object', additionalProperties: { type: ['string', 'number'] } }
const pod = ['spec', 'template', 'spec']
const container = [...pod, 'containers', 0]

export const values: readonly Value[] = [
  {
    name: 'image.repository',
    description: 'Image of the operator and of the agents, without tag. The Cassandra pods pull it too.',
    schema: { ...text, minLength: 1 },
    initially: 'ringkeeper/ringkeeper',
  },
  { name: 'image.tag', description: 'Tag of the image; the version of the chart when empty.', schema: text, initially: '' },
  {
    name: 'image.digest',
    description: 'Digest of the image (sha256:...); the tag is not used when it is set.',
    schema: { ...text, pattern: '^(sha256:[0-9a-f]{64})?$' },
    initially: '',
  },
  {
    name: 'image.pullPolicy',
    description: 'When the image of the operator is pulled.',
    schema: { enum: ['Always', 'IfNotPresent', 'Never'] },
    at: [...container, 'imagePullPolicy'],
  },
  {
    name: 'imagePullSecrets',
    description: 'Secrets to pull the image of the operator with. Cassandra pods use spec.imagePullSecrets of their cluster.',
    schema: { type: 'array', items: { ...closed({ name: { ...text, minLength: 1 } }), required: ['name'] } },
    at: [...pod, 'imagePullSecrets'],
    initially: [],
  },
  {
    name: 'replicas',
    description: 'Pods of the operator; one leads, the others take over.',
    schema: { type: 'integer', minimum: 0 },
    at: ['spec', 'replicas'],
  },
  {
    name: 'resources',
    description: 'Processor and memory of the operator.',
    schema: closed({ requests: quantities, limits: quantities }),
    at: [...container, 'resources'],
  },
  {
    name: 'nodeSelector',
    description: 'Labels of the Kubernetes nodes that the operator runs on.',
    schema: texts,
    at: [...pod, 'nodeSelector'],
    initially: {},
  },
  { name: 'tolerations', description: 'Taints that the operator tolerates.', schema: objects, at: [...pod, 'tolerations'], initially: [] },
  {
    name: 'affinity',
    description: 'Where the pods of the operator may run; by default on different machines, if possible.',
    schema: closed({ nodeAffinity: { type: 'object' }, podAffinity: { type: 'object' }, podAntiAffinity: { type: 'object' } }),
    at: [...pod, 'affinity'],
  },
  {
    name: 'podAnnotations',
    description: 'Annotations of the pods of the operator.',
    schema: texts,
    at: ['spec', 'template', 'metadata', 'annotations'],
  },
  {
    name: 'crds.install',
    description: 'Whether the chart installs and upgrades the CustomResourceDefinitions. Neither false nor an uninstall deletes them.',
    schema: { type: 'boolean' },
    initially: true,
  },
]

/** @param deployment where the defaults stand */
function defaultOf({ at, initially }: Value, deployment: Manifest): unknown {
  return initially ?? (at ?? []).reduce<unknown>((object, key) => (object as Record<string | number, unknown>)[key], deployment)
}

/** values.yaml as an object. */
export function defaultValues(deployment: Manifest): Schema {
  return grouped((value) => defaultOf(value, deployment))
}

/** JSON Schema of values.yaml; closed, so that a misspelt name is refused. */
export function valuesSchema(): Schema {
  const properties = grouped(({ description, schema }) => ({ description, ...schema }))
  const groups = Object.entries(properties).map(([name, group]) => [name, isGroup(name) ? closed(group as Schema) : group])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...closed({ ...Object.fromEntries(groups), global: { description: 'Helm sets it in a chart of charts; not used.', type: 'object' } }),
  }
}

/** `image.tag` becomes a field of `image`. */
function grouped(of: (value: Value) => unknown): Schema {
  const result: Record<string, unknown> = {}
  for (const value of values) {
    const [first = '', second] = value.name.split('.')
    result[first] = second === undefined ? of(value) : { ...(result[first] as object), [second]: of(value) }
  }
  return result
}

function isGroup(name: string): boolean {
  return values.some((value) => value.name.startsWith(`${name}.`))
}
