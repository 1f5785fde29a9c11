// From zod to the structural schema of a CRD.
import { z } from 'zod'

export type Schema = { [key: string]: unknown }

/** Numbers of zod's JSON Schema that mean "no limit". */
const NO_LIMIT = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])

export function structural(schema: z.ZodType): Schema {
  return clean(z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' }) as Schema)
}

function clean(node: Schema): Schema {
  const out: Schema = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === '$schema' || key === 'propertyNames') continue
    // A structural schema says it without the alternatives.
    if (key === 'anyOf' && node['x-kubernetes-int-or-string'] === true) continue
    if ((key === 'maximum' || key === 'minimum') && NO_LIMIT.has(value as number)) continue
    // A schema may be `properties` and `additionalProperties`, never both.
    if (key === 'additionalProperties' && value === false) continue
    if (key === 'properties') out[key] = mapValues(value as Record<string, Schema>, clean)
    else if (key === 'items' || key === 'additionalProperties') out[key] = clean(value as Schema)
    else out[key] = value
  }
  if (out.type === 'integer') out.format = 'int32'
  // z.record(…, z.unknown()): any value is kept.
  if (isEmpty(out.additionalProperties)) {
    delete out.additionalProperties
    out['x-kubernetes-preserve-unknown-fields'] = true
  } else if (out.additionalProperties !== undefined) {
    out.maxProperties = 64
  }
  return out
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function mapValues(object: Record<string, Schema>, work: (value: Schema) => Schema): Record<string, Schema> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, work(value)]))
}
