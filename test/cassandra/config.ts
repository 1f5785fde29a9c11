// checkConfig says what a release takes; the release itself has the last word.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { startFailure } from '../../agent/start/start-failure.ts'
import { checkConfig } from '../../cassandra/model/check-config.ts'
import { query } from '../../local/cql.ts'
import { SUPERUSER } from './logins.ts'
import { type Config, CQL_ADDRESS, type Start } from './one-node.ts'

/** `says`: in the words that the agent finds in the log. */
export type Refused = { readonly what: string; readonly config: Config; readonly says: RegExp }

export function proveConfig(version: string, config: Config, shown: Config): void {
  test('settings that are let through are what Cassandra runs with', async () => {
    assert.equal(checkConfig(version, config), undefined)
    const rows = await query(CQL_ADDRESS, SUPERUSER, 'SELECT name, value FROM system_views.settings')
    const settings = new Map(rows.map(({ name, value }) => [String(name), value]))
    const plain = Object.entries({ ...config, ...shown }).filter(([, value]) => value !== undefined && typeof value !== 'object')
    assert.deepEqual(
      Object.fromEntries(plain.map(([key]) => [key, settings.get(key)])),
      Object.fromEntries(plain.map(([key, value]) => [key, String(value)])),
    )
  })
}

export function proveRefusals(version: string, refused: readonly Refused[], start: Start): void {
  for (const [index, { what, config, says }] of refused.entries()) {
    test(`with ${what} it does not start, and the agent finds why`, async () => {
      assert.notEqual(checkConfig(version, config), undefined)
      const { process: child, logDir } = await start(`127.0.1.${index + 2}`, config)
      if (child.exitCode === null) await once(child, 'exit', { signal: AbortSignal.timeout(60_000) })
      assert.notEqual(child.exitCode, 0)
      const failure = await startFailure(join(logDir, 'warnings.log'), 0)
      assert.equal(failure?.reason, 'StartFailed')
      assert.match(failure?.message ?? '', says)
    })
  }
}
