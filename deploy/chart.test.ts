import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { chartFiles } from './chart.ts'
import { values } from './chart-values.ts'

const files = chartFiles('1.2.3')
const text = (path: string): string => {
  const found = files[path]
  assert.ok(found !== undefined, path)
  return found
}
const templates = Object.keys(files)
  .filter((path) => path.startsWith('templates/'))
  .map(text)
  .join('\n')

test('every value is used, and every value that is used exists', () => {
  const used = new Set([...templates.matchAll(/\.Values\.([\w.]+)/g)].map((found) => found[1] ?? ''))
  const image = values.map(({ name }) => name).filter((name) => name.startsWith('image.') && name !== 'image.pullPolicy')
  // The helper reads these below `.Values.image`.
  for (const name of image) assert.match(text('templates/_helpers.tpl'), new RegExp(`\\.${name.slice('image.'.length)}\\b`))
  const direct = values.map(({ name }) => name).filter((name) => !image.includes(name))
  assert.deepEqual([...used].sort(), [...direct, 'image'].sort())
})

test('no mark is left in a template', () => {
  assert.doesNotMatch(templates, /PLACE\(/)
})

test('nothing says the namespace of install.yaml: the chart goes where the release goes', () => {
  assert.doesNotMatch(templates, /ringkeeper-system/)
})

test('the CRDs are templates, because Helm never upgrades the folder crds', () => {
  assert.deepEqual(
    Object.keys(files).filter((path) => path.startsWith('crds/')),
    [],
  )
  assert.match(text('templates/crds.yaml'), /^\{\{- if \.Values\.crds\.install \}\}\n---\n/)
})

type Schema = {
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: unknown
  readonly description?: string
}

test('values and their schema have the same names, each with a description', () => {
  const schema = JSON.parse(text('values.schema.json')) as Schema
  const defaults = parse(text('values.yaml')) as Record<string, unknown>
  assert.deepEqual(Object.keys(schema.properties ?? {}).sort(), [...Object.keys(defaults), 'global'].sort())
  assert.equal(schema.additionalProperties, false)
  for (const { name } of values) {
    const field = name.split('.').reduce<Schema | undefined>((held, key) => held?.properties?.[key], schema)
    assert.ok((field?.description ?? '').length > 10, name)
    assert.notEqual(
      name.split('.').reduce<unknown>((held, key) => (held as Record<string, unknown>)[key], defaults),
      undefined,
      name,
    )
  }
})

test('versions are those of the package', () => {
  const chart = parse(text('Chart.yaml')) as { version: string; appVersion: string }
  assert.equal(chart.version, '1.2.3')
  assert.equal(chart.appVersion, '1.2.3')
})
