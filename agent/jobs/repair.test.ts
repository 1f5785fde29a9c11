import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import { known, unknown } from '../../lib/result.ts'
import { cleanUp } from './cleanup.ts'
import { repair } from './repair.ts'
import { resumeBootstrap } from './resume-bootstrap.ts'

type Poll = { readonly life?: string; readonly status?: readonly string[] | null } | 'silence'

/** A Cassandra whose repair goes through `polls`; each answers one look at it. */
function repairing(command: number, polls: readonly Poll[]): { readonly jolokia: JolokiaClient; readonly asked: unknown[][] } {
  const rest = [...polls]
  const asked: unknown[][] = []
  const jolokia: JolokiaClient = {
    exec: async (_, operation, args) => {
      asked.push([operation, ...args])
      return command
    },
    bulk: async (requests) => {
      if (requests.length === 1) return [known('1000', 0)]
      const poll = rest.shift() ?? 'silence'
      if (poll === 'silence') throw new Error('ECONNRESET')
      return [known(poll.life ?? '1000', 0), known(poll.status ?? null, 0)]
    },
  }
  return { jolokia, asked }
}

test('a repair is followed through queue, silence and progress to its end', async () => {
  const { jolokia, asked } = repairing(7, [{ status: null }, { status: ['IN_PROGRESS'] }, 'silence', { status: ['COMPLETED', 'all good'] }])
  const said: string[] = []
  assert.equal(await repair(jolokia, 'system_auth', (message) => said.push(message), 1), 'system_auth repaired')
  assert.deepEqual(said, ['repairing system_auth: queued', 'repairing system_auth: in_progress'])
  const [[, keyspace, options] = []] = asked
  assert.equal(keyspace, 'system_auth')
  // A value that is no text passes Jolokia and fails inside Cassandra, half way perhaps.
  assert.ok(Object.values(options as object).every((value) => typeof value === 'string'))
})

test('a repair that fails says why, in words of Cassandra', async () => {
  const { jolokia } = repairing(1, [{ status: ['FAILED', 'Endpoint not alive', 'x'] }])
  await assert.rejects(
    repair(jolokia, 'ks', () => undefined, 1),
    { message: 'repair of ks: Endpoint not alive; x' },
  )
})

test('after a restart of Cassandra the same number is another repair', async () => {
  const { jolokia } = repairing(1, [{ status: ['IN_PROGRESS'] }, { life: '2000', status: ['COMPLETED'] }])
  await assert.rejects(
    repair(jolokia, 'ks', () => undefined, 1),
    { message: 'Cassandra was restarted while it repaired' },
  )
})

test('command 0 means that there is nothing to repair', async () => {
  assert.equal(await repair(repairing(0, []).jolokia, 'ks', () => undefined, 1), 'nothing to repair')
})

const answering = (exec: JolokiaClient['exec'], keyspaces: readonly string[] = []): JolokiaClient => ({
  exec,
  bulk: async () => [known(keyspaces, 0)],
})

test('cleanup goes keyspace by keyspace, and an answer other than 0 is a failure', async () => {
  const done: unknown[] = []
  const exec: JolokiaClient['exec'] = async (_, __, args) => {
    done.push(args[1])
    return args[1] === 'busy' ? 2 : 0
  }
  const progress: (number | undefined)[] = []
  assert.equal(await cleanUp(answering(exec, ['a', 'b']), (_, share) => progress.push(share)), '2 keyspaces cleaned up')
  assert.deepEqual(progress, [0, 0.5])
  await assert.rejects(
    cleanUp(answering(exec, ['a', 'busy', 'c']), () => undefined),
    { message: 'cleanup of busy answered 2' },
  )
  assert.deepEqual(done, ['a', 'b', 'a', 'busy'])
})

test('cleanup of keyspaces that nobody could name is not done', async () => {
  const jolokia: JolokiaClient = { exec: async () => 0, bulk: async () => [unknown('Refused', 'no such bean')] }
  await assert.rejects(
    cleanUp(jolokia, () => undefined),
    { message: 'no such bean' },
  )
})

test('a join is resumed only if Cassandra says so', async () => {
  assert.equal(await resumeBootstrap(answering(async () => true)), 'resumed')
  for (const answer of [false, null, 'true']) await assert.rejects(resumeBootstrap(answering(async () => answer)))
})
