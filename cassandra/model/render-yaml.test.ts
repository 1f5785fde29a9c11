import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parse } from 'yaml'
import type { NodeSettings } from '../../api/agent.ts'
import { checkConfig, ownedKeys } from './check-config.ts'
import { ownedSettings, renderYaml, type YamlInput } from './render-yaml.ts'
import { settings as settings40 } from './settings/4.0.ts'
import { settings as settings41 } from './settings/4.1.ts'
import { settings as settings50 } from './settings/5.0.ts'
import { fits } from './settings/check-value.ts'

const tables = [settings40, settings41, settings50]
const versions = tables.map((table) => table.version)

function input(version: string, change: Partial<NodeSettings> = {}, more: Partial<YamlInput> = {}): YamlInput {
  const settings: NodeSettings = {
    clusterUID: 'c-1',
    clusterName: 'demo-1a2b3c4d',
    node: 'demo-dc1-rack1-0',
    nodeUID: 'n-1',
    datacenter: 'dc1',
    rack: 'rack1',
    version,
    numTokens: 16,
    seedService: 'demo-seeds.shop.svc',
    heapMiB: 1024,
    jvmOptions: [],
    config: {},
    authEnabled: true,
    ...change,
  }
  return { settings, address: '10.0.0.1', seeds: ['10.0.0.1', '10.0.0.2'], autoBootstrap: true, ...more }
}

/** Every way in which a file may differ by more than its values. */
function variants(version: string): readonly YamlInput[] {
  return [true, false].flatMap((authEnabled) => [
    input(version, { authEnabled }),
    input(version, { authEnabled }, { autoBootstrap: false, initialTokens: ['-9223372036854775807', '5'] }),
  ])
}

const rendered = (of: YamlInput): Record<string, unknown> => parse(renderYaml(of))

for (const table of tables) {
  test(`Cassandra ${table.version} knows every key of the file, and can read its value`, () => {
    for (const variant of variants(table.version)) {
      for (const [key, value] of Object.entries(rendered(variant))) {
        const type = Object.hasOwn(table.types, key) ? table.types[key] : undefined
        assert.ok(type !== undefined, `${key} is no setting of ${table.version}`)
        assert.ok(
          [type].flat().some((one) => fits(one, value)),
          `${key}: ${JSON.stringify(value)} is not of the type ${JSON.stringify(type)}`,
        )
      }
    }
  })

  test(`the owned keys of ${table.version} win over whatever the user writes`, () => {
    for (const variant of variants(table.version)) {
      const owned = ownedSettings(variant)
      fc.assert(
        fc.property(fc.dictionary(fc.constantFrom(...Object.keys(owned)), fc.jsonValue()), (config) => {
          const file = rendered({ ...variant, settings: { ...variant.settings, config } })
          for (const [key, value] of Object.entries(owned)) assert.deepEqual(file[key], value, key)
        }),
      )
    }
  })

  test(`spec.config of ${table.version} may hold none of the keys that the file decides`, () => {
    for (const variant of variants(table.version)) {
      assert.deepEqual(
        Object.keys(ownedSettings(variant)).filter((key) => !ownedKeys.includes(key)),
        [],
      )
    }
  })

  test(`what the check lets through reaches the file of ${table.version} as it was written`, () => {
    const key = fc.constantFrom(...Object.keys(table.types))
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('10s', '64MiB', '64MiB/s', 8, true))
    fc.assert(
      fc.property(fc.dictionary(key, value), (config) => {
        const accepted = Object.fromEntries(
          Object.entries(config).filter(([name, one]) => checkConfig(table.version, { [name]: one }) === undefined),
        )
        const file = rendered(input(table.version, { config: accepted }))
        for (const [name, one] of Object.entries(accepted)) assert.deepEqual(file[name], JSON.parse(JSON.stringify(one)), name)
      }),
    )
  })
}

test('a node of a new ring gets its tokens, a joining one has them allocated', () => {
  const first = rendered(input('5.0.9', {}, { initialTokens: ['-5', '7'] }))
  assert.equal(first.initial_token, '-5,7')
  assert.equal('allocate_tokens_for_local_replication_factor' in first, false)
  const joining = rendered(input('5.0.9'))
  assert.equal('initial_token' in joining, false)
  assert.equal(joining.allocate_tokens_for_local_replication_factor, 3)
})

test('the seeds are one text with ports', () => {
  const [provider] = rendered(input('5.0.9')).seed_provider as readonly { parameters: readonly { seeds: string }[] }[]
  assert.equal(provider?.parameters[0]?.seeds, '10.0.0.1:7000,10.0.0.2:7000')
})

test('without authentication everyone may do everything, with it nobody may without a login', () => {
  for (const version of versions) {
    assert.equal(rendered(input(version, { authEnabled: false })).authenticator, 'AllowAllAuthenticator')
    assert.equal(rendered(input(version)).authenticator, 'PasswordAuthenticator')
    assert.equal(rendered(input(version)).authorizer, 'CassandraAuthorizer')
  }
})

test('the commit log is synced every ten seconds when the user says nothing', () => {
  assert.equal(rendered(input('4.0.17')).commitlog_sync_period_in_ms, 10_000)
  for (const version of ['4.1.10', '5.0.9']) assert.equal(rendered(input(version)).commitlog_sync_period, '10s')
})

test("the user's period stands alone, by whichever name: Cassandra does not start with both", () => {
  for (const [version, config] of [
    ['4.0.17', { commitlog_sync_period_in_ms: 2000 }],
    ['4.1.10', { commitlog_sync_period_in_ms: 2000 }],
    ['5.0.9', { commitlog_sync_period: '2s' }],
  ] as const) {
    const file = rendered(input(version, { config }))
    const periods = Object.entries(file).filter(([key]) => key.startsWith('commitlog_sync_period'))
    assert.deepEqual(periods, Object.entries(config), version)
  }
})

test('batch and group come without a period: Cassandra does not start with one', () => {
  for (const version of versions) {
    for (const commitlog_sync of ['batch', 'group']) {
      const file = rendered(input(version, { config: { commitlog_sync } }))
      assert.deepEqual(
        Object.keys(file).filter((key) => key.startsWith('commitlog_sync')),
        ['commitlog_sync'],
      )
    }
  }
})

test('a failed disk ends the node', () => {
  for (const version of versions) {
    const file = rendered(input(version, { config: { disk_failure_policy: 'ignore', commit_failure_policy: 'ignore' } }))
    assert.deepEqual([file.disk_failure_policy, file.commit_failure_policy], ['die', 'die'])
  }
})

test('a version outside the known lines is no file', () => {
  assert.throws(() => renderYaml(input('3.11.19')), /version 3\.11\.19 is not supported/)
})
