import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { sizeOf, startFailure } from './start-failure.ts'

async function logFile(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'log-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'warnings.log')
}

const warning = 'WARN  2026-11-25 03:00:00,000 small heap\n'
const error = (message: string): string => `ERROR 2026-11-25 03:00:00,001 ${message}\n`

for (const [name, text, expected] of [
  ['warnings alone', warning, undefined],
  [
    'an error of one line',
    `${warning}${error('Port already in use')}${warning}`,
    { reason: 'StartFailed', message: 'Port already in use' },
  ],
  [
    'the cause below the general words',
    `${error('Exception encountered during startup')}org.apache.cassandra.exceptions.ConfigurationException: Invalid yaml: heap_size\n\tat x.y(Z.java:1)\nCaused by: other\n`,
    { reason: 'StartFailed', message: 'org.apache.cassandra.exceptions.ConfigurationException: Invalid yaml: heap_size' },
  ],
  [
    'the first of several, with nothing of the later ones',
    `${error('first')}${warning}${error('second')}java.lang.RuntimeException: third\n`,
    { reason: 'StartFailed', message: 'first' },
  ],
  [
    'a setting that cannot be read, with the end of the story',
    `${error('Exception encountered during startup')}org.apache.cassandra.exceptions.ConfigurationException: Invalid yaml: file:/x
\tat x.y(Z.java:1)
Caused by: org.yaml.snakeyaml.constructor.ConstructorException: Cannot create property=read_request_timeout for JavaBean=Config@1
 in 'reader', line 1, column 1:
    a: 1
    ^
\tat x.y(Z.java:1)
Caused by: java.lang.IllegalArgumentException: Invalid duration: 6000
\tat x.y(Z.java:1)
`,
    {
      reason: 'StartFailed',
      message:
        'org.apache.cassandra.exceptions.ConfigurationException: Invalid yaml: file:/x; read_request_timeout: java.lang.IllegalArgumentException: Invalid duration: 6000',
    },
  ],
  [
    'the same as 4.0 writes it, without a stack',
    `${error('Exception encountered during startup: Invalid yaml: file:/x')} Error: Cannot create property=concurrent_reads for JavaBean=Config@1
 in 'reader', line 1, column 1:
    a: 1
    ^
For input string: "many"
 in 'reader', line 3, column 19:
    concurrent_reads: "many"
                      ^

`,
    {
      reason: 'StartFailed',
      message: 'Exception encountered during startup: Invalid yaml: file:/x; concurrent_reads: For input string: "many"',
    },
  ],
  [
    'an address that is taken',
    `${error('Exception encountered during startup')}java.lang.RuntimeException: A node with address /10.0.0.1:7000 already exists, cancelling join.\n`,
    { reason: 'AddressTaken', message: 'java.lang.RuntimeException: A node with address /10.0.0.1:7000 already exists, cancelling join.' },
  ],
  [
    'a commit log that cannot be replayed',
    `${error('Exiting due to error while processing commit log during initialization.')}org.apache.cassandra.db.commitlog.CommitLogReadHandler$CommitLogReadException: Encountered bad header\n`,
    {
      reason: 'CommitLogCorrupt',
      message: 'org.apache.cassandra.db.commitlog.CommitLogReadHandler$CommitLogReadException: Encountered bad header',
    },
  ],
] as const) {
  test(name, async (t) => {
    const log = await logFile(t)
    await appendFile(log, text)
    assert.deepEqual(await startFailure(log, 0), expected)
  })
}

test('errors of earlier starts do not count, and no log is no error', async (t) => {
  const log = await logFile(t)
  assert.equal(await startFailure(log, 0), undefined)
  await appendFile(log, error('of the first start'))
  const since = await sizeOf(log)
  assert.equal(await startFailure(log, since), undefined)
  await appendFile(log, error('of the second start'))
  assert.equal((await startFailure(log, since))?.message, 'of the second start')
})

test('a log that was rotated during the start is read from where it began', async (t) => {
  const log = await logFile(t)
  await appendFile(log, error('of the first start').repeat(10))
  const since = await sizeOf(log)
  await appendFile(log, error('early in the second'))
  await rename(log, `${log}.1`)
  await appendFile(log, error('late in the second'))
  assert.equal((await startFailure(log, since))?.message, 'early in the second')
  await rm(`${log}.1`)
  assert.equal((await startFailure(log, since))?.message, 'late in the second')
})

test('a message without end is cut', async (t) => {
  const log = await logFile(t)
  await appendFile(log, error('x'.repeat(200_000)))
  assert.equal((await startFailure(log, 0))?.message.length, 600)
})
