// The list of reasons is closed: what is listed is raised somewhere, and what is raised is listed.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { reasons } from './reasons.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const sources = globSync(['operator/**/*.ts', 'agent/**/*.ts'], { cwd: root, exclude: (path) => path.endsWith('.test.ts') }).map(
  (file) => ({
    file,
    text: readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  }),
)

test('every listed reason is raised somewhere', () => {
  // Types name reasons too, without raising them.
  const raising = sources.filter(({ file }) => file !== 'operator/decide/types.ts')
  const idle = Object.keys(reasons).filter((reason) => !raising.some(({ text }) => text.includes(`'${reason}'`)))
  assert.deepEqual(idle, [])
})

test('every raised reason is listed', () => {
  // The word of a receipt stays between agent and operator and enters no condition.
  const raised = sources
    .filter(({ text }) => !/\b(Receipt|StaleEpoch)\b/.test(text))
    .flatMap(({ file, text }) =>
      [...text.matchAll(/(?:reason: |\b(?:wait|act|blocked|refuse)\(\s*)'([A-Z][A-Za-z]+)'/g)].map(([, reason]) => ({
        file,
        reason: reason ?? '',
      })),
    )
  assert.ok(raised.length > 50)
  assert.deepEqual(
    raised.filter(({ reason }) => !Object.hasOwn(reasons, reason)),
    [],
  )
})

test('each says what it means; what a person must act on says how', () => {
  for (const [reason, { kind, means, remedy }] of Object.entries(reasons)) {
    assert.match(means, /^\S.*\.$/, reason)
    // One that goes by itself needs no remedy, and AddressTaken does.
    if (kind === 'act' && reason !== 'AddressTaken') assert.match(remedy, /^[A-Z].*\.$/, reason)
  }
})
