import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeClient } from '../../kube/client.ts'
import { snapshot } from '../../test/snapshots.ts'
import { readSuperuser, superuserFact } from './superuser.ts'

const { cluster } = snapshot({ stages: [], spec: { auth: { enabled: true, superuserSecretRef: { name: 'root' } } } })
function read(data: Readonly<Record<string, string>> | undefined) {
  const encoded = Object.entries(data ?? {}).map(([key, text]) => [key, Buffer.from(text).toString('base64')])
  const get = async () => (data === undefined ? undefined : { metadata: { name: 'root' }, data: Object.fromEntries(encoded) })
  return readSuperuser({ get } as unknown as KubeClient, cluster)
}

test('what a Secret lacks is said with its name and the key', async () => {
  assert.equal(await read(undefined), 'Secret root does not exist; create it with the keys username and password')
  assert.equal(await read({ username: 'root' }), 'Secret root has no password; add the key password')
  assert.equal(await read({ username: 'root', password: '' }), 'Secret root has no password; add the key password')
  assert.equal(await read({ password: 'x' }), 'Secret root has no username; add the key username')
})

test('the login that everybody knows cannot be the superuser', async () => {
  assert.match(String(await read({ username: 'cassandra', password: 'x' })), /^Secret root has the username cassandra, .*; choose another$/)
})

test('the fact tells that the login changed, and nothing of the password', async () => {
  const revision = (password: string, uid = 'a') => {
    const fact = superuserFact({ ...cluster, metadata: { ...cluster.metadata, uid } }, { username: 'root', password })
    return fact !== undefined && 'revision' in fact ? fact.revision : ''
  }
  assert.equal(revision('secret'), revision('secret'))
  assert.notEqual(revision('secret'), revision('secret2'))
  assert.notEqual(revision('secret'), revision('secret', 'b'), 'the same password in two clusters does not show')
  assert.ok(!revision('secret').includes('secret'))
  assert.deepEqual(superuserFact(cluster, 'Secret root has no password'), {
    reason: 'SecretInvalid',
    message: 'Secret root has no password',
  })
})
