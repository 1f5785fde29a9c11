// The launcher in an image that holds what docs/image-contract.md promises and nothing else, under every sh that is here.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  watch,
} from 'node:fs'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { imageVersion, parseRequest, readRequest } from '../agent/start/request.ts'

const here = dirname(fileURLToPath(import.meta.url))
const script = readFileSync(join(here, 'launch.sh'), 'utf8')
const contract = readFileSync(join(dirname(here), 'docs', 'image-contract.md'), 'utf8')
const commands = [...(/commands on the `PATH`: ([^|]*)/.exec(contract)?.[1] ?? '').matchAll(/`(\w+)`/g)].map((found) => found[1] ?? '')
const shells = [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(([name = '']) => which(name) !== undefined)
/** The pods' user, where the test may become it. */
const user = process.getuid?.() === 0 ? { uid: 999, gid: 999 } : {}

type Image = { readonly dir: string; readonly run: string; readonly start: (shell: readonly string[]) => ChildProcess }

/** PATH holds the commands of the contract and a java that writes down its pid and arguments and notes SIGTERM. */
async function makeImage(t: TestContext): Promise<Image> {
  const dir = mkdtempSync(join(tmpdir(), 'launcher-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  for (const folder of ['bin', 'run/start', 'home/lib']) mkdirSync(join(dir, folder), { recursive: true })
  for (const command of commands) symlinkSync(which(command) ?? '', join(dir, 'bin', command))
  for (const jar of ['apache-cassandra-5.0.9.jar', 'jamm-0.4.0.jar', 'with space.jar']) await writeFile(join(dir, 'home/lib', jar), '')
  copyFileSync(join(here, 'launch.sh'), join(dir, 'launch.sh'))
  await writeFile(join(dir, 'bin/java'), JAVA, { mode: 0o755 })
  for (const path of ['.', 'run', 'run/start']) {
    chmodSync(join(dir, path), 0o755)
    if (user.uid !== undefined) chownSync(join(dir, path), user.uid, user.gid)
  }
  const env = { PATH: join(dir, 'bin'), CASSANDRA_HOME: join(dir, 'home'), RINGKEEPER_RUN: join(dir, 'run'), OUT: join(dir, 'run') }
  const start = (shell: readonly string[]): ChildProcess => {
    const [name = '', ...args] = shell
    const child = spawn(which(name) ?? '', [...args, join(dir, 'launch.sh')], { env, cwd: '/', stdio: 'pipe', ...user })
    t.after(() => child.kill('SIGKILL'))
    return child
  }
  return { dir, run: join(dir, 'run'), start }
}

const JAVA = `#!/bin/sh
if [ "$1" = -version ]; then
  echo 'Picked up JAVA_TOOL_OPTIONS: -Dversion=8' >&2
  echo 'openjdk version "17.0.2" 2022-01-18' >&2
  exit 0
fi
trap 'echo term > "$OUT/ended"; exit 0' TERM
echo "$$ $*" > "$OUT/.started"
mv "$OUT/.started" "$OUT/started"
while :; do sleep 0.05; done
`

for (const shell of shells) {
  test(`${shell.join(' ')}: waits for the arguments of its own start, then becomes java and hears its signals`, async (t) => {
    const { run, start } = await makeImage(t)
    await writeFile(join(run, 'start/request'), 'id=old\nhome=/old\n')
    await writeFile(join(run, 'start/args-old'), 'old\n')
    const requests = watchFolder(t, join(run, 'start'))
    const starts = watchFolder(t, run)
    const child = start(shell)
    await requests.of('request')
    const request = await readRequest(run)
    assert.ok(request !== undefined && request.id !== 'old')
    assert.deepEqual(
      { version: imageVersion(request), java: request.javaMajor, jars: request.jars },
      { version: '5.0.9', java: 17, jars: ['apache-cassandra-5.0.9.jar', 'jamm-0.4.0.jar', 'with space.jar'] },
    )
    assert.ok(!existsSync(join(run, 'started')), 'java runs without the agent having answered')

    await writeFile(join(run, 'start/args.tmp'), '"-version"\n')
    await rename(join(run, 'start/args.tmp'), join(run, `start/args-${request.id}`))
    await starts.of('started')
    // It appeared whole: moved in place, never written there.
    assert.deepEqual(
      requests.events.filter(({ name }) => name === 'request').map(({ type }) => type),
      ['rename'],
    )
    assert.equal(await readFile(join(run, 'started'), 'utf8'), `${child.pid} @${run}/start/args-${request.id}\n`)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
    assert.equal(await readFile(join(run, 'ended'), 'utf8'), 'term\n')
  })

  test(`${shell.join(' ')}: SIGTERM ends the wait, also for the first process of a container`, async (t) => {
    const { run, start } = await makeImage(t)
    const requests = watchFolder(t, join(run, 'start'))
    const child = start(shell)
    await requests.of('request')
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    // By its own handler: the default would end it by the signal, and would not exist for process 1.
    assert.deepEqual(await ended, [143, null])
    assert.ok(!existsSync(join(run, 'started')))
  })

  test(`${shell.join(' ')}: a sleep without fractions will do, and an image without jars or java still asks`, async (t) => {
    const { dir, run, start } = await makeImage(t)
    rmSync(join(dir, 'bin/sleep'))
    rmSync(join(dir, 'bin/java'))
    rmSync(join(dir, 'home/lib'), { recursive: true })
    await writeFile(join(dir, 'bin/sleep'), '#!/bin/sh\n[ "$1" = 1 ]\n', { mode: 0o755 })
    const requests = watchFolder(t, join(run, 'start'))
    const child = start(shell)
    await requests.of('request')
    const request = parseRequest(await readFile(join(run, 'start/request'), 'utf8'))
    assert.ok(request !== undefined)
    assert.deepEqual({ version: imageVersion(request), java: request.javaMajor }, { version: undefined, java: undefined })
    const ended = once(child, 'exit')
    await writeFile(join(run, `start/args-${request.id}`), '')
    const [code] = await ended
    assert.equal(code, 127, 'java was looked for after the arguments had come')
  })
}

test('the page lists the commands that the two scripts use, and writes go to the shared folder alone', () => {
  const both = `${script}\n${readFileSync(join(here, 'stop.sh'), 'utf8')}`.replace(/^\s*#.*$/gm, '')
  const used = commands.filter((command) => new RegExp(`(^|[;|({] ?|\\$\\(|do |then |\\|\\| )${command} `, 'm').test(both))
  assert.deepEqual(used, commands)
  assert.ok(commands.length > 0)
  const targets = [...both.matchAll(/(?<!&)>\s*([^\s;)]+)/g)].map((found) => found[1] ?? '')
  assert.deepEqual(
    targets.filter((target) => !target.startsWith('"$start/') && target !== '/dev/null' && target !== '&1'),
    [],
  )
  assert.ok(shells.length > 0)
})

type Sight = {
  readonly events: readonly { readonly type: string; readonly name: string | null }[]
  readonly of: (name: string) => Promise<void>
}

/** What happens in a folder from now on. */
function watchFolder(t: TestContext, dir: string): Sight {
  const events: { type: string; name: string | null }[] = []
  const emitter = new EventEmitter()
  const watcher = watch(dir, (type, name) => {
    events.push({ type, name })
    emitter.emit('event')
  })
  t.after(() => watcher.close())
  return {
    events,
    of: async (wanted) => {
      while (!events.some(({ name }) => name === wanted)) await once(emitter, 'event')
    },
  }
}

function which(command: string): string | undefined {
  const found = (process.env.PATH ?? '').split(':').find((dir) => existsSync(join(dir, command)) && readdirSync(dir).includes(command))
  return found === undefined ? undefined : join(found, command)
}
