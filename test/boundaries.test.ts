// The import rule of the layout, checked from the import statements: who may know whom is what keeps decisions pure and
// the agent small. A folder that is not listed here may not hold TypeScript at all.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

type Rule = {
  /** Folders of this repository. */
  readonly folders: readonly string[]
  /** npm packages; types are free everywhere. */
  readonly packages?: readonly string[]
  /** Whether Node built-ins may be imported. */
  readonly builtins: boolean
}

/** The longest matching prefix decides. */
const rules: Readonly<Record<string, Rule>> = {
  lib: { folders: ['lib'], builtins: true },
  'lib/logger.ts': { folders: ['lib'], packages: ['pino'], builtins: true },
  'lib/x509.ts': { folders: ['lib'], packages: ['@peculiar/x509', 'reflect-metadata'], builtins: true },
  api: { folders: ['api', 'lib'], builtins: false },
  'api/kinds': { folders: ['api', 'lib'], packages: ['zod'], builtins: false },
  'api/crd': { folders: ['api', 'lib'], packages: ['zod'], builtins: false },
  kube: { folders: ['kube', 'lib', 'api/objects.ts'], packages: ['yaml'], builtins: true },
  cassandra: { folders: ['cassandra', 'lib', 'api'], packages: ['cassandra-driver'], builtins: true },
  'cassandra/model': { folders: ['cassandra/model', 'lib', 'api'], builtins: false },
  operator: { folders: ['operator', 'api', 'kube', 'cassandra/model', 'lib'], packages: ['prom-client'], builtins: true },
  'operator/desired': {
    folders: [
      'operator/desired',
      'api',
      'cassandra/model',
      'lib/result.ts',
      'lib/units.ts',
      'lib/deep-equal.ts',
      'operator/decide/types.ts',
    ],
    builtins: false,
  },
  'operator/decide': {
    folders: ['operator/decide', 'api', 'cassandra/model', 'lib/result.ts', 'lib/units.ts', 'lib/deep-equal.ts'],
    builtins: false,
  },
  'operator/certificates/plan.ts': { folders: ['api', 'lib/result.ts'], builtins: false },
  'operator/status': {
    folders: [
      'operator/status',
      'operator/decide',
      'operator/desired',
      'api',
      'cassandra/model',
      'lib/result.ts',
      'lib/units.ts',
      'lib/deep-equal.ts',
    ],
    builtins: false,
  },
  agent: { folders: ['agent', 'api', 'cassandra/jolokia', 'cassandra/model', 'lib'], builtins: true },
  'agent/worker': { folders: ['agent', 'api', 'cassandra', 'lib'], packages: ['cassandra-driver'], builtins: true },
  local: {
    folders: ['local', 'scripts', 'deploy', 'api', 'kube', 'lib', 'cassandra'],
    packages: ['@peculiar/x509', 'cassandra-driver', 'yaml'],
    builtins: true,
  },
  // A process by hand reads the very files that the agent writes.
  'local/by-hand.ts': { folders: ['local', 'scripts', 'agent/start/config-files.ts', 'api', 'cassandra'], builtins: true },
  scripts: {
    folders: ['scripts', 'api', 'lib', 'deploy', 'local', 'cassandra/model'],
    packages: ['esbuild', 'yaml', 'zod'],
    builtins: true,
  },
  deploy: { folders: ['deploy', 'api', 'lib'], packages: ['yaml'], builtins: true },
  bench: {
    folders: ['bench', 'local', 'scripts', 'api', 'kube', 'lib', 'cassandra', 'test/e2e'],
    packages: ['yaml', 'cassandra-driver'],
    builtins: true,
  },
}

const sources = walk(root).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('test/'))

test('every source folder has an import rule', () => {
  const orphans = sources.filter((file) => ruleOf(file) === undefined)
  assert.deepEqual(orphans, [])
})

test('imports follow the rule of their folder', () => {
  const broken = sources.flatMap((file) => problems(file))
  assert.deepEqual(broken, [])
})

test('only act/destroy.ts may delete: it alone imports kube/destroy.ts', () => {
  const importers = sources.filter((file) => file.startsWith('operator/') && /from '.*kube\/destroy\.ts'/.test(read(file)))
  assert.deepEqual(
    importers.filter((file) => file !== 'operator/act/destroy.ts'),
    [],
  )
})

test('decisions and status know no clock, randomness or timers', () => {
  const pure = sources.filter((file) =>
    /^(operator\/(decide|status|desired)|cassandra\/model)\/|^operator\/certificates\/plan\.ts$/.test(file),
  )
  const broken = pure.filter((file) =>
    /\b(Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|process\.)/.test(withoutComments(read(file))),
  )
  assert.deepEqual(broken, [])
})

test('signals are linked by hand: AbortSignal.any leaks with one that lives long (nodejs/node#54614)', () => {
  const broken = sources.filter((file) => /\bAbortSignal\.any\b/.test(withoutComments(read(file))))
  assert.deepEqual(broken, [])
})

test('the fake API server is for tests alone', () => {
  const users = sources.filter((file) => !file.startsWith('kube/fake/') && /from '.*\/fake\//.test(read(file)))
  assert.deepEqual(users, [])
})

function problems(file: string): string[] {
  const rule = ruleOf(file)
  if (rule === undefined) return []
  return importsOf(read(file)).flatMap(({ from, typeOnly }) => {
    if (from.startsWith('.')) {
      const target = relative(root, resolve(root, dirname(file), from))
      const allowed = rule.folders.some((folder) => target === folder || target.startsWith(`${folder}/`))
      // Types of any folder below api, kube and operator/decide/types.ts cost nothing at run time.
      return allowed || (typeOnly && /^(api|lib|operator\/decide\/types\.ts)/.test(target)) ? [] : [`${file} imports ${target}`]
    }
    if (from.startsWith('node:')) return rule.builtins || typeOnly ? [] : [`${file} imports ${from}`]
    const name = from
      .split('/')
      .slice(0, from.startsWith('@') ? 2 : 1)
      .join('/')
    return typeOnly || rule.packages?.includes(name) ? [] : [`${file} imports the package ${name}`]
  })
}

function ruleOf(file: string): Rule | undefined {
  const prefix = Object.keys(rules)
    .filter((key) => file === key || file.startsWith(`${key}/`))
    .sort((a, b) => b.length - a.length)[0]
  return prefix === undefined ? undefined : rules[prefix]
}

function importsOf(text: string): { from: string; typeOnly: boolean }[] {
  const found = withoutComments(text).matchAll(
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'"`;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  )
  return [...found].map((m) => ({ from: m[2] ?? m[3] ?? m[4] ?? '', typeOnly: m[1] !== undefined }))
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

function walk(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    if (name === 'node_modules' || name === 'dist' || name === 'target' || name.startsWith('.')) return []
    const path = join(dir, name)
    return statSync(path).isDirectory() ? walk(path) : [relative(root, path)]
  })
}
