import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { answer, forgetEarlier, imageVersion, isAnswered, parseRequest, readRequest } from './request.ts'

async function folder(t: TestContext): Promise<string> {
  const run = await mkdtemp(join(tmpdir(), 'run-'))
  t.after(() => rm(run, { recursive: true, force: true }))
  return run
}

const text = (...lines: readonly string[]): string => `${['id=a', 'home=/opt/cassandra', ...lines].join('\n')}\n`

for (const [lines, major] of [
  [['java=openjdk version "17.0.2" 2022-01-18'], 17],
  [['java=openjdk version "11.0.20.1" 2023-08-24'], 11],
  [['java=java version "1.8.0_292"'], 8],
  [['java=openjdk version "21" 2023-09-19'], 21],
  [['java=Picked up JAVA_TOOL_OPTIONS: -Dkey="8"', 'java=openjdk version "17.0.2"', 'java=OpenJDK 64-Bit Server VM (build 17.0.2+8)'], 17],
  [['java=sh: 1: java: not found'], undefined],
  [[], undefined],
] as const) {
  test(`${lines[0] ?? 'no line of java'} is Java ${major}`, () => assert.equal(parseRequest(text(...lines))?.javaMajor, major))
}

for (const [jars, version] of [
  [['jamm-0.4.0.jar', 'apache-cassandra-5.0.9.jar'], '5.0.9'],
  [['cassandra-all-4.1.10.jar'], '4.1.10'],
  [['apache-cassandra-clientutil-5.0.9.jar', 'apache-cassandra-5.0.9-sources.jar'], undefined],
  [['apache-cassandra-5.1-beta1.jar'], undefined],
  [['*.jar'], undefined],
  [[], undefined],
] as const) {
  test(`jars ${jars.join(', ') || 'none'} are Cassandra ${version}`, () => {
    const request = parseRequest(text(...jars.map((jar) => `jar=${jar}`)))
    assert.equal(request === undefined ? 'no request' : imageVersion(request), version)
    assert.deepEqual(request?.jars, jars)
  })
}

test('a value may hold the sign that ends the key', () => {
  assert.deepEqual(parseRequest('id=a\nhome=/opt/x=y\n'), { id: 'a', home: '/opt/x=y', javaMajor: undefined, jars: [] })
})

for (const broken of ['', '\n', 'id=a\n', 'home=/opt\n', 'id=\nhome=/opt\n', 'nothing of the kind']) {
  test(`${JSON.stringify(broken)} is no request`, () => assert.equal(parseRequest(broken), undefined))
}

test('no request is absent; one that cannot be read is an error', async (t) => {
  const run = await folder(t)
  assert.equal(await readRequest(run), undefined)
  await mkdir(join(run, 'start/request'), { recursive: true })
  await assert.rejects(readRequest(run))
})

test('the answer appears under its id, quoted for java, and only then counts as answered', async (t) => {
  const run = await folder(t)
  await mkdir(join(run, 'start'))
  assert.equal(await isAnswered(run, 'a'), false)
  await answer(run, 'a', ['-Xmx1G', '-Dpath=C:\\x y', '-Dquote="'])
  assert.equal(await isAnswered(run, 'a'), true)
  assert.equal(await isAnswered(run, 'b'), false)
  assert.equal(await readFile(join(run, 'start/args-a'), 'utf8'), '"-Xmx1G"\n"-Dpath=C:\\\\x y"\n"-Dquote=\\""\n')
  assert.deepEqual(await readdir(join(run, 'start')), ['args-a'])
})

test('earlier lives are forgotten, and neither this one nor a request that is being written is touched', async (t) => {
  const run = await folder(t)
  await mkdir(join(run, 'start'))
  const kept = ['.request', 'args-b', 'request', 'stop-b']
  for (const name of [...kept, 'args-a', 'args-a.tmp', 'draining-a', 'stop-a', 'stopped-a']) await writeFile(join(run, 'start', name), '')
  await forgetEarlier(run, 'b')
  assert.deepEqual((await readdir(join(run, 'start'))).sort(), kept)
})
