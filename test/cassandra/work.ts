// The agent's long work in Cassandra, and the drain as the end.
import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { performWith } from '../../agent/jobs/jobs.ts'
import { readPulse } from '../../agent/pulse.ts'
import { drain } from '../../agent/stop.ts'
import type { Job } from '../../api/agent.ts'
import { beans, operations } from '../../cassandra/jolokia/beans.ts'
import type { HandNode } from '../../local/by-hand.ts'
import { query } from '../../local/cql.ts'
import { SUPERUSER } from './logins.ts'
import { CQL_ADDRESS } from './one-node.ts'
import { knownView } from './views.ts'

export function proveWork(running: () => HandNode): void {
  const perform = (job: Job): Promise<string> => performWith(running().jolokia)(job, () => undefined)

  test('a keyspace with one replica has nothing to repair', async () => {
    assert.equal(await perform({ kind: 'repair', keyspace: 'system_auth' }), 'nothing to repair')
  })

  test('a repair that fails says so in the words of Cassandra, and leaves nothing running', async () => {
    await query(CQL_ADDRESS, SUPERUSER, "CREATE KEYSPACE lonely WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}")
    await query(CQL_ADDRESS, SUPERUSER, 'CREATE TABLE lonely.t (k int PRIMARY KEY)')
    await assert.rejects(perform({ kind: 'repair', keyspace: 'lonely' }), /^Error: repair of lonely: /)
    assert.equal((await knownView(running().jolokia)).repairs, 0)
  })

  test('cleanup answers 0 for every keyspace', async () => {
    assert.equal(await perform({ kind: 'cleanup' }), '4 keyspaces cleaned up')
  })

  test('a node that has joined has no bootstrap to resume', async () => {
    await assert.rejects(perform({ kind: 'resume-bootstrap' }), /^Error: Cassandra has nothing to resume$/)
  })

  test('seeds are read again from the file', async () => {
    const { jolokia, address, configDir } = running()
    const file = join(configDir, 'cassandra.yaml')
    const yaml = await readFile(file, 'utf8')
    await writeFile(file, yaml.replace(`"seeds":"${address}:7000"`, `"seeds":"${address}:7000,127.0.1.9:7000"`))
    await jolokia.exec(beans.gossiper, operations.reloadSeeds, [])
    assert.deepEqual((await knownView(jolokia)).seeds, ['127.0.1.9:7000'])
  })

  test('drained, it says so and serves no more', async () => {
    const { jolokia } = running()
    assert.equal(await drain(jolokia), 'drained')
    const view = await knownView(jolokia)
    assert.equal(view.operationMode, 'DRAINED')
    assert.deepEqual([view.gossipRunning, view.nativeTransportRunning], [false, false])
    const pulse = await readPulse(jolokia)
    assert.deepEqual([pulse.mode, pulse.serving], ['DRAINED', false])
    assert.equal(await drain(jolokia), 'nothing to drain: Cassandra is DRAINED')
  })
}
