// Page of the fields of every kind, from the schemas that the API server enforces.
import { crds } from '../../api/crd/crds.ts'
import type { Schema } from '../../api/crd/structural.ts'
import { code, table } from './markdown.ts'

type Crd = {
  readonly spec: {
    readonly group: string
    readonly names: { readonly kind: string; readonly shortNames: readonly string[] }
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[]
  }
}

export function apiPage(): string {
  const kinds = (crds as readonly Crd[]).map(({ spec: { group, names, versions } }) => {
    const [{ name = '', schema } = {}] = versions
    const { description, properties } = (schema?.openAPIV3Schema ?? {}) as { description: string; properties: Record<string, Schema> }
    return `## ${names.kind}
${description} \`apiVersion: ${group}/${name}\`, short name \`${names.shortNames.join(', ')}\`.

### spec
${table(['field', 'type', 'default', ''], fields(properties.spec ?? {}, ''))}

### status
${table(
  ['field', 'type', ''],
  fields(properties.status ?? {}, '').map(([path = '', type = '', , text = '']) => [path, type, text]),
)}
`
  })
  return `# Fields
The same texts as \`kubectl explain cass.spec\`. A field with a * is required.

${kinds.join('\n')}`
}

/** Rows of the fields below a schema; an object is followed by its fields. */
function fields(schema: Schema, prefix: string): readonly (readonly string[])[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>
  const required = (schema.required ?? []) as readonly string[]
  return Object.entries(properties).flatMap(([name, field]) => {
    const held = (field.items ?? (typeof field.additionalProperties === 'object' ? field.additionalProperties : undefined)) as
      | Schema
      | undefined
    const path = `${prefix}${name}`
    const initially = field.default === undefined ? '' : code(JSON.stringify(field.default))
    const row = [`${code(path)}${required.includes(name) ? ' *' : ''}`, typeOf(field), initially, String(field.description ?? '')]
    return [row, ...fields(field, `${path}.`), ...(held === undefined ? [] : fields(held, `${path}[].`))]
  })
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return (schema.enum as readonly string[]).join(', ')
  if (schema['x-kubernetes-int-or-string'] === true) return 'quantity'
  if (schema.items !== undefined) return `list of ${typeOf(schema.items as Schema)}`
  if (typeof schema.additionalProperties === 'object') return `map of ${typeOf(schema.additionalProperties as Schema)}`
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return 'any'
  const { minimum, maximum } = schema
  return minimum === undefined ? String(schema.type) : `${String(schema.type)}, ${String(minimum)} to ${String(maximum)}`
}
