// npm run generate: writes the generated files. With --check it writes nothing, names each stale file, and fails.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { generatedFiles, generatedFolders, root } from './generated-files.ts'

const files = generatedFiles()
const stale = [...files].filter(([path, text]) => read(path) !== text).map(([path]) => path)
const strangers = globSync(
  generatedFolders.map((folder) => `${folder}/**/*.*`),
  { cwd: root },
).filter((path) => !files.has(path))

if (process.argv.includes('--check')) {
  for (const path of stale) process.stdout.write(`stale: ${path}\n`)
  for (const path of strangers) process.stdout.write(`not generated: ${path}\n`)
  if (stale.length + strangers.length > 0) {
    process.stdout.write('npm run generate puts it right\n')
    process.exitCode = 1
  }
} else {
  for (const path of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), files.get(path) ?? '')
    process.stdout.write(`written: ${path}\n`)
  }
  for (const path of strangers) {
    rmSync(join(root, path))
    process.stdout.write(`removed: ${path}\n`)
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch {
    return undefined
  }
}
