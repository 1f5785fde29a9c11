// Makes dist/image, the content of our image: one bundled file a program, and the files that the init container copies
// into every Cassandra pod. The packages of each bundle are checked against an allow-list, because a dependency that
// slips into the agent costs memory on every node.
import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

export type Program = { readonly name: string; readonly entry: string; readonly packages: readonly string[] }

/** Packages that may stand in a bundle, by their top name; x509 brings its own family. */
const X509 = [
  '@peculiar/x509',
  '@peculiar/asn1-*',
  '@peculiar/utils',
  'asn1js',
  'pvtsutils',
  'pvutils',
  'tslib',
  'tsyringe',
  'reflect-metadata',
]
const PINO = [
  'pino',
  'pino-std-serializers',
  'pino-abstract-transport',
  '@pinojs/redact',
  'atomic-sleep',
  'on-exit-leak-free',
  'process-warning',
  'quick-format-unescaped',
  'real-require',
  'safe-stable-stringify',
  'sonic-boom',
  'thread-stream',
  'split2',
]
export const programs: readonly Program[] = [
  {
    name: 'operator',
    entry: 'operator/main.ts',
    packages: [...X509, ...PINO, 'prom-client', 'tdigest', 'bintrees', '@opentelemetry/api', 'yaml'],
  },
  { name: 'agent', entry: 'agent/main.ts', packages: [] },
  { name: 'cql-worker', entry: 'agent/worker/cql-worker.ts', packages: ['cassandra-driver', 'long', 'adm-zip'] },
  { name: 'install', entry: 'agent/install.ts', packages: [] },
]

/** Jolokia 2.3.0 is the last in Java 11 byte code, which Cassandra 4.0 and 4.1 need (docs/decisions/0008). */
const JOLOKIA = 'org.jolokia:jolokia-agent-jvm:2.3.0:jar:javaagent'

/** @returns the folder with the image's content; throws when a bundle holds a package that it may not. */
export async function bundle(): Promise<{ readonly dir: string }> {
  const dir = join(root, 'dist', 'image')
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(join(dir, 'files'), { recursive: true })
  for (const program of programs) {
    const { packages, bytes } = await bundleProgram(program, join(dir, `${program.name}.mjs`))
    const extra = packages.filter((name) => !program.packages.some((allowed) => matches(allowed, name)))
    if (extra.length > 0) {
      throw new Error(`the bundle ${program.name} holds ${extra.join(', ')}, which scripts/bundle.ts does not allow it (${bytes} bytes)`)
    }
  }
  for (const script of ['launch.sh', 'stop.sh']) {
    copyFileSync(join(root, 'launcher', script), join(dir, 'files', script))
    chmodSync(join(dir, 'files', script), 0o755)
  }
  copyFileSync(fetchJolokia(), join(dir, 'files', 'jolokia.jar'))
  return { dir }
}

/** Bundles one program; answers the packages that it holds and its size. */
export async function bundleProgram(program: Program, outfile: string): Promise<{ packages: readonly string[]; bytes: number }> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [program.entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    metafile: true,
    // CommonJS packages call require; an ES module has none.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
    logLevel: 'error',
  })
  const packages = new Set<string>()
  for (const input of Object.keys(result.metafile.inputs)) {
    const found = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(input)
    if (found?.[1] !== undefined) packages.add(found[1])
  }
  const output = Object.values(result.metafile.outputs)[0]
  return { packages: [...packages].sort(), bytes: output?.bytes ?? 0 }
}

function matches(allowed: string, name: string): boolean {
  return allowed.endsWith('*') ? name.startsWith(allowed.slice(0, -1)) : allowed === name
}

/** The jar from Maven Central, kept in the cache folder outside the checkout. */
export function fetchJolokia(): string {
  const home = process.env.RINGKEEPER_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ringkeeper')
  const jar = join(home, 'cache', 'jolokia-agent-jvm-2.3.0.jar')
  if (existsSync(jar)) return jar
  const temporary = join(home, 'cache', `jolokia-${process.pid}`)
  mkdirSync(temporary, { recursive: true })
  const maven = spawnSync(
    'mvn',
    ['-q', '-B', 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy', `-Dartifact=${JOLOKIA}`, `-DoutputDirectory=${temporary}`],
    { cwd: temporary, encoding: 'utf8' },
  )
  if (maven.status !== 0) throw new Error(`Maven could not fetch ${JOLOKIA}:\n${maven.stdout}${maven.stderr}`)
  renameSync(join(temporary, 'jolokia-agent-jvm-2.3.0-javaagent.jar'), jar)
  rmSync(temporary, { recursive: true, force: true })
  return jar
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { dir } = await bundle()
  process.stdout.write(`${dir}\n`)
}
