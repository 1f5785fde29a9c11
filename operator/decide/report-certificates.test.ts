import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, type Options, snapshot, times } from '../../test/snapshots.ts'
import { reportCertificates } from './report-certificates.ts'
import type { NodeView } from './types.ts'

const DAY = 86_400_000

/** Three nodes whose agents serve a certificate for so many days; undefined: the agent says nothing of it. */
const report = (days: readonly (number | undefined)[], more: Partial<Options> = {}) => {
  const node = (view: NodeView, index: number): NodeView => {
    const left = days[index]
    if (!view.own.known || left === undefined) return view
    return {
      ...view,
      own: { ...view.own, value: { ...view.own.value, tls: { trusts: ['A'], leaf: 'B', issuer: 'A', notAfter: NOW + left * DAY } } },
    }
  }
  return reportCertificates(snapshot({ stages: times(3, 'up'), node, ...more }))
}

test('nothing is said while every certificate has a week left, or when the agents do not say', () => {
  assert.equal(report([30, 8, 90]).kind, 'settled')
  assert.equal(report([undefined, undefined, undefined]).kind, 'settled')
})

test('the one that ends first is named, with who holds it up', () => {
  const stuck = report([6, 5, 90])
  assert.ok(stuck.kind === 'noted')
  assert.equal(stuck.reason, 'CertificateExpiring')
  assert.match(
    stuck.message,
    /^the certificate that the agent of (\S+) serves ends at 2026-01-06T.*: the kubelet has not put the renewed Secret \1-tls in place$/,
  )
  const held = report([5, 90, undefined], { stages: ['up', 'up', 'silent'] })
  assert.ok(held.kind === 'noted')
  assert.match(held.message, /held back until demo-dc1-rack\d-0 answers$/)
})

test('a renewal that was refused is said before it is late', () => {
  const refused = report([60, 60, 60], { snapshot: { certificateProblem: 'the API server refuses Secret demo-operator: forbidden' } })
  assert.ok(refused.kind === 'noted')
  assert.equal(refused.message, 'the API server refuses Secret demo-operator: forbidden; the certificate before still serves')
})
