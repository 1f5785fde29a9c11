import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPERATOR_USER } from '../api/admission/policies.ts'
import { installObjects } from './install.ts'

const objects = installObjects({ image: 'example/ringkeeper:1', replicas: 2 })
const kinds = objects.map(({ kind }) => kind)
const only = <T>(kind: string): T => objects.find((object) => object.kind === kind) as T

test('the namespace is first, and kinds are there before policies and pods', () => {
  assert.equal(kinds[0], 'Namespace')
  assert.equal(kinds.at(-1), 'Deployment')
  assert.ok(kinds.lastIndexOf('CustomResourceDefinition') < kinds.indexOf('ValidatingAdmissionPolicy'))
})

test('the policies let the service account that is installed make nodes', () => {
  const account = only<{ metadata: { name: string; namespace: string } }>('ServiceAccount').metadata
  assert.equal(OPERATOR_USER, `system:serviceaccount:${account.namespace}:${account.name}`)
  const pod = only<{ metadata: { namespace: string }; spec: { template: { spec: { serviceAccountName: string } } } }>('Deployment')
  assert.equal(pod.spec.template.spec.serviceAccountName, account.name)
  assert.equal(pod.metadata.namespace, account.namespace)
})

test('every CRD survives an uninstall by Helm', () => {
  const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition')
  assert.equal(crds.length, 2)
  for (const { metadata } of crds) assert.equal(metadata.annotations?.['helm.sh/resource-policy'], 'keep', metadata.name)
})

test('the operator gives the Cassandra pods the image that it runs itself', () => {
  type Container = { readonly image: string; readonly env: readonly { readonly name: string; readonly value?: string }[] }
  const [container] = only<{ spec: { template: { spec: { containers: readonly Container[] } } } }>('Deployment').spec.template.spec
    .containers
  assert.equal(container?.image, 'example/ringkeeper:1')
  assert.equal(container?.env.find(({ name }) => name === 'RINGKEEPER_IMAGE')?.value, 'example/ringkeeper:1')
})

test('names are unique by kind, so that one apply cannot undo another', () => {
  const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  assert.deepEqual(names, [...new Set(names)])
})
