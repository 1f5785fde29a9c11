// Before each commit: types, lint and format, generated files, import rule, unit tests. Under a minute.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name: string) => join(root, 'node_modules', '.bin', name)
const steps: readonly (readonly [string, readonly string[]])[] = [
  ['types', [process.execPath, join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit']],
  ['lint and format', [bin('biome'), 'ci', '--diagnostic-level=warn', '.']],
  ['generated files', [process.execPath, 'scripts/generate.ts', '--check']],
  ['unit tests', [process.execPath, 'scripts/test.ts', 'unit']],
]

for (const [name, [program, ...args]] of steps) {
  const startedAt = Date.now()
  const { status } = spawnSync(program ?? '', args, { cwd: root, stdio: 'inherit' })
  process.stdout.write(`${status === 0 ? 'ok  ' : 'FAIL'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`)
  if (status !== 0) process.exit(1)
}
