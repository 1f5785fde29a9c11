import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterRules, ownRules, type Rule } from './rbac.ts'

const lines = (rules: readonly Rule[]): readonly string[] =>
  rules.flatMap(({ apiGroup, resources, names, verbs }) =>
    resources.map((resource) => `${[apiGroup, resource, ...(names ?? [])].filter((part) => part !== '').join('/')}: ${verbs.join(' ')}`),
  )

// A second place on purpose: a right more than these is a decision, and it is made here too.
test('the rights in every namespace are these and no others', () => {
  assert.deepEqual(lines(clusterRules), [
    'ringkeeper.io/cassandraclusters: get list watch',
    'ringkeeper.io/cassandraclusters/status: update',
    'ringkeeper.io/cassandranodes/status: update',
    'ringkeeper.io/cassandranodes: get list watch create delete',
    'pods: get list watch create patch delete',
    'persistentvolumeclaims: list watch create',
    'services: get list watch create patch',
    'policy/poddisruptionbudgets: get list watch create patch',
    'secrets: get list watch create update',
    'storage.k8s.io/storageclasses: list',
    'nodes: list watch',
    'events.k8s.io/events: create',
  ])
})

test('the rights in the own namespace are these and no others', () => {
  assert.deepEqual(lines(ownRules), ['coordination.k8s.io/leases: create', 'coordination.k8s.io/leases/ringkeeper-operator: get update'])
})

test('no rule grants what could give further rights, or lose data', () => {
  const granted = [...clusterRules, ...ownRules].flatMap(({ apiGroup, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroup}/${resource}`)),
  )
  const forbidden = [
    /\*/,
    /^(escalate|bind|impersonate|deletecollection) /,
    /^\w+ \/(pods\/(exec|attach|portforward|ephemeralcontainers)|serviceaccounts)/,
    /^\w+ (rbac|admissionregistration|certificates)/,
    /^(create|update|patch|delete) \/nodes/,
    /^(update|patch|delete) ringkeeper\.io\/cassandraclusters$/,
    /^delete \/(secrets|persistentvolumeclaims|persistentvolumes|namespaces)/,
  ]
  assert.deepEqual(
    granted.filter((right) => forbidden.some((pattern) => pattern.test(right))),
    [],
  )
})

test('every rule says why', () => {
  assert.deepEqual(
    [...clusterRules, ...ownRules].filter(({ why }) => why.length < 10),
    [],
  )
})
