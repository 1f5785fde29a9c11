// The test command. Without arguments it runs every layer, cheapest first, and ends with one line of totals:
//   npm test                    all layers
//   npm test -- unit            one layer: unit, sim, api, e2e
//   npm test -- kube/queue      the test files whose path contains the text
// A layer that cannot run here (a missing tool) fails; nothing is skipped in silence.
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { run } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

type Layer = {
  readonly name: string
  readonly files: (all: readonly string[]) => readonly string[]
  readonly concurrency: number
  readonly timeoutMs: number
}
const inFolder = (folder: string) => (file: string) => file.startsWith(folder)
const layers: readonly Layer[] = [
  {
    name: 'unit',
    files: (all) => all.filter((f) => !/^test\/(sim|api|e2e|cassandra)\//.test(f)),
    concurrency: 2,
    timeoutMs: 120_000,
  },
  { name: 'sim', files: (all) => all.filter(inFolder('test/sim/')), concurrency: 2, timeoutMs: 300_000 },
  // With a cold cache the first file builds the API server.
  { name: 'api', files: (all) => all.filter(inFolder('test/api/')), concurrency: 1, timeoutMs: 2_400_000 },
  // One Cassandra, then one cluster that the scenarios share: one file after another.
  {
    name: 'e2e',
    files: (all) => [...all.filter(inFolder('test/cassandra/')), ...all.filter(inFolder('test/e2e/'))],
    concurrency: 1,
    timeoutMs: 2_400_000,
  },
]

process.chdir(root)
const all = globSync('**/*.test.ts', { exclude: (path) => /(^|\/)(node_modules|dist|target)(\/|$)/.test(path) }).sort()
const wanted = process.argv.slice(2)
const chosen = layers.filter((layer) => wanted.length === 0 || wanted.includes(layer.name))
const byName = wanted.filter((word) => !layers.some((layer) => layer.name === word))
const totals = { passed: 0, failed: 0, skipped: 0 }

if (byName.length > 0) {
  await runFiles(
    'chosen',
    all.filter((file) => byName.some((word) => file.includes(word))),
    1,
    2_400_000,
  )
} else {
  for (const layer of chosen) await runFiles(layer.name, layer.files(all), layer.concurrency, layer.timeoutMs)
}
process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`)
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0

async function runFiles(name: string, files: readonly string[], concurrency: number, timeoutMs: number): Promise<void> {
  if (files.length === 0) return
  const startedAt = Date.now()
  const before = { ...totals }
  for await (const event of run({ files: [...files], concurrency, timeout: timeoutMs })) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      if (name !== 'unit') process.stdout.write(event.data.message)
      continue
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue
    const { data } = event
    // A file or a suite is not a test of its own, unless it failed without one.
    const isContainer = data.details.type === 'suite' || (data.nesting === 0 && data.file !== undefined && data.file.endsWith(data.name))
    if (event.type === 'test:fail') {
      const error = data.details.error
      if (isContainer && /subtests? failed/.test(String(error.cause ?? error.message))) continue
      totals.failed++
      process.stdout.write(`FAIL ${data.file ?? ''} › ${data.name}\n${indent(describe(error))}\n`)
    } else if (!isContainer) {
      if (data.skip !== undefined) totals.skipped++
      else totals.passed++
      if (name !== 'unit' && name !== 'sim') process.stdout.write(`ok   ${data.name} (${(data.details.duration_ms / 1000).toFixed(1)} s)\n`)
    }
  }
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1)
  process.stdout.write(`layer ${name}: ${totals.passed - before.passed} passed, ${totals.failed - before.failed} failed in ${seconds} s\n`)
}

function describe(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error
  return cause.stack ?? cause.message
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
