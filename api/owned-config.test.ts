import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownedSettings } from '../cassandra/model/render-yaml.ts'
import { ownedConfigKeys } from './owned-config.ts'

const settings = {
  version: '5.0.9',
  clusterUID: 'c-1',
  clusterName: 'demo-1a2b3c4d',
  node: 'demo-dc1-rack1-0',
  nodeUID: 'n-1',
  datacenter: 'dc1',
  rack: 'rack1',
  numTokens: 16,
  authEnabled: true,
  seedService: 'demo-seeds.shop.svc',
  heapMiB: 1024,
  jvmOptions: [],
  config: {},
}

for (const version of ['4.0.20', '4.1.11', '5.0.9']) {
  for (const initialTokens of [undefined, ['1', '2']]) {
    test(`every key that ${version} gets ${initialTokens === undefined ? 'when it joins' : 'in a new ring'} is refused in spec.config`, () => {
      const rendered = ownedSettings({
        settings: { ...settings, version },
        address: '10.0.0.1',
        seeds: ['10.0.0.1'],
        autoBootstrap: true,
        ...(initialTokens === undefined ? {} : { initialTokens }),
      })
      assert.deepEqual(
        Object.keys(rendered).filter((key) => !ownedConfigKeys.includes(key)),
        [],
      )
    })
  }
}

test('the keys are sorted, so that the message is', () => {
  assert.deepEqual(ownedConfigKeys, [...ownedConfigKeys].sort())
})
