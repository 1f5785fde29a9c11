// Runs a TypeScript program of this repository under the project's own Node, whatever Node the machine has:
//   node scripts/run.mjs local/demo.ts [arguments]
// Plain JavaScript, because the machine's Node may know no type stripping. Installs the locked packages first when
// the lockfile has changed, so that every npm command works in a fresh clone.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')
const stamp = join(root, 'node_modules', '.ringkeeper-lock')
const node = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')

const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node)
if (!installed) {
  process.stderr.write('installing the locked npm packages …\n')
  const npm = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (npm.status !== 0) {
    process.stderr.write('npm ci failed: see its output above; the npm registry must be reachable\n')
    process.exit(npm.status ?? 1)
  }
  if (!existsSync(node)) {
    process.stderr.write(`no Node binary for ${process.platform}-${process.arch}: linux x64 and arm64 are supported\n`)
    process.exit(1)
  }
  writeFileSync(stamp, lock)
}

const [program, ...rest] = process.argv.slice(2)
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, program), ...rest], { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(signal ? 128 + 15 : (code ?? 1)))
