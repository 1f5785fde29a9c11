import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'
import { known, unknown } from '../lib/result.ts'
import { drain, isStopAsked, stop } from './stop.ts'

/** A Cassandra that says these modes, one at each question, and notes what it is told to do. */
function cassandra(modes: readonly (string | undefined)[], failure?: string): { readonly jolokia: JolokiaClient; readonly told: string[] } {
  const rest = [...modes]
  const told: string[] = []
  const jolokia: JolokiaClient = {
    bulk: async () => {
      const mode = rest.shift()
      return mode === undefined ? Promise.reject(new Error('ECONNREFUSED')) : [known(mode, 0)]
    },
    exec: async (_, operation) => {
      told.push(operation)
      if (failure !== undefined) throw new Error(failure)
      return null
    },
  }
  return { jolokia, told }
}

for (const [modes, outcome, drains] of [
  [['NORMAL'], 'drained', 1],
  [['LEAVING'], 'drained', 1],
  [['DECOMMISSION_FAILED'], 'drained', 1], // still a member
  [['DRAINED'], 'nothing to drain: Cassandra is DRAINED', 0],
  [['DRAINING', 'DRAINING', 'DRAINED'], 'nothing to drain: Cassandra is DRAINED', 0],
  [['DRAINING', undefined], 'nothing to drain: Cassandra does not answer', 0],
  [['STARTING'], 'nothing to drain: Cassandra is STARTING', 0],
  [['JOINING'], 'nothing to drain: Cassandra is JOINING', 0],
  [['DECOMMISSIONED'], 'nothing to drain: Cassandra is DECOMMISSIONED', 0],
  [[undefined], 'nothing to drain: Cassandra does not answer', 0],
] as const) {
  test(`${modes.join(', then ') || 'no answer'}: ${outcome}`, async () => {
    const { jolokia, told } = cassandra(modes)
    assert.equal(await drain(jolokia, 1), outcome)
    assert.deepEqual(told, drains === 1 ? ['drain()'] : [])
  })
}

test('a bean that is not there yet is a Cassandra that starts', async () => {
  const jolokia: JolokiaClient = {
    bulk: async () => [unknown('Refused', 'InstanceNotFoundException')],
    exec: () => assert.fail('it must not drain'),
  }
  assert.equal(await drain(jolokia), 'nothing to drain: Cassandra does not answer')
})

async function shared(t: TestContext): Promise<string> {
  const run = await mkdtemp(join(tmpdir(), 'run-'))
  t.after(() => rm(run, { recursive: true, force: true }))
  await mkdir(join(run, 'start'))
  return run
}

test('a request is of one life of the container', async (t) => {
  const run = await shared(t)
  assert.equal(await isStopAsked(run, 'a'), false)
  await writeFile(join(run, 'start/stop-a'), '')
  assert.deepEqual([await isStopAsked(run, 'a'), await isStopAsked(run, 'b')], [true, false])
})

test('it is heard before the drain and answered after it', async (t) => {
  const run = await shared(t)
  const { jolokia } = cassandra(['NORMAL'])
  let seen: readonly string[] = []
  const exec: JolokiaClient['exec'] = async () => {
    seen = await readdir(join(run, 'start'))
    return null
  }
  await stop(run, 'a', { ...jolokia, exec })
  assert.deepEqual(seen, ['draining-a'])
  assert.equal(await readFile(join(run, 'start/stopped-a'), 'utf8'), 'drained\n')
})

test('a drain that fails is answered too: the kubelet must not wait for nothing', async (t) => {
  const run = await shared(t)
  const { jolokia } = cassandra(['NORMAL'], 'socket hang up')
  assert.equal(await stop(run, 'a', jolokia), 'not drained: socket hang up')
  assert.equal(await readFile(join(run, 'start/stopped-a'), 'utf8'), 'not drained: socket hang up\n')
})
