import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crds } from './crds.ts'
import type { Schema } from './structural.ts'

type Found = { readonly path: string; readonly schema: Schema }

/** Every schema with its path; only keys below `properties` are names of users' fields. */
function schemas(schema: Schema, path: string): readonly Found[] {
  const fields = Object.entries((schema.properties ?? {}) as Record<string, Schema>)
  const held = [schema.items, schema.additionalProperties].filter((value) => typeof value === 'object') as Schema[]
  return [
    { path, schema },
    ...fields.flatMap(([name, field]) => schemas(field, `${path}.${name}`)),
    ...held.flatMap((value) => schemas(value, `${path}[]`)),
  ]
}

const all = crds.flatMap((crd) => {
  const { names, versions } = (crd as { spec: { names: { kind: string }; versions: { schema: { openAPIV3Schema: Schema } }[] } }).spec
  return versions.flatMap(({ schema }) => schemas(schema.openAPIV3Schema, names.kind))
})
const allRules = all.flatMap(({ path, schema }) =>
  ((schema['x-kubernetes-validations'] ?? []) as Record<string, string>[]).map((rule) => ({ path, schema, rule })),
)

test('every rule has one message, and a reason: without it users read `Invalid value: "object"`', () => {
  assert.ok(allRules.length > 15)
  for (const { path, rule } of allRules) {
    assert.equal(rule.reason, 'FieldValueForbidden', path)
    assert.equal(Number(rule.message !== undefined) + Number(rule.messageExpression !== undefined), 1, path)
  }
})

test('a rule over an object names the leaf that it is about', () => {
  const silent = allRules.filter(({ schema, rule }) => schema.type === 'object' && rule.fieldPath === undefined)
  assert.deepEqual(
    silent.map(({ path }) => path),
    [],
  )
})

test('text, lists and maps have a limit, which bounds the cost of rules and the size of objects', () => {
  const limited = ({ path, schema }: Found): boolean => {
    if (/^\w+\.(apiVersion|kind)$/.test(path) || schema.enum !== undefined) return true
    if (schema.type === 'string') return schema.maxLength !== undefined
    if (schema.type === 'array') return schema.maxItems !== undefined
    return schema.additionalProperties === undefined || schema.maxProperties !== undefined
  }
  assert.deepEqual(
    all.filter((found) => !limited(found)).map(({ path }) => path),
    [],
  )
})
