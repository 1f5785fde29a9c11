// Whatever the Secrets hold and whoever answers, also what no run can reach: what a plan may never ask for. How it comes to
// rest is in operator/act/certificates.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Certificate } from '../../lib/certificate.ts'
import { known, unknown } from '../../lib/result.ts'
import { type Authority, type CertificateState, type Held, type NodeCertificates, planCertificates } from './plan.ts'

const DAY = 86_400_000
const NOW = Date.UTC(2026, 0, 1)
const authorities = ['A', 'B', 'C'].map(
  (fingerprint, index): Certificate => ({
    pem: fingerprint,
    fingerprint,
    notBefore: NOW - 30 * DAY,
    notAfter: NOW + (index + 1) * 500 * DAY,
  }),
)
const prints = authorities.map(({ fingerprint }) => fingerprint)

const bundle = fc.subarray(authorities, { minLength: 1 })
const held: fc.Arbitrary<Held> = bundle.chain((trust) =>
  fc.record({
    trust: fc.constant(trust),
    leaf: fc.option(
      fc.record({
        pem: fc.constant('leaf'),
        fingerprint: fc.constant('leaf'),
        notBefore: fc.constant(NOW - 60 * DAY),
        notAfter: fc.integer({ min: -2, max: 120 }).map((days) => NOW + days * DAY),
        issuer: fc.constantFrom(...trust.map(({ fingerprint }) => fingerprint)),
      }),
      { nil: undefined },
    ),
  }),
)
const agent: fc.Arbitrary<NodeCertificates['agent']> = fc.oneof(
  fc.constant('NoPod' as const),
  fc.constant(unknown('NoAnswer', 'silent')),
  fc
    .record({
      trusts: fc.subarray(prints),
      leaf: fc.constant('leaf'),
      issuer: fc.constantFrom(...prints),
      notAfter: fc.constant(NOW + DAY),
    })
    .map((view) => known(view, NOW)),
)
const authority: fc.Arbitrary<Authority> = fc
  .record({
    newest: fc.constantFrom(...authorities),
    previous: fc.option(fc.constantFrom(...authorities), { nil: undefined }),
    more: fc.subarray(authorities),
  })
  .map(({ newest, previous, more }) => ({
    newest,
    previous: previous === newest ? undefined : previous,
    trust: [...new Set([newest, ...(previous === undefined ? [] : [previous]), ...more])],
  }))
const state: fc.Arbitrary<CertificateState> = fc.record({
  now: fc.constant(NOW),
  authority: fc.option(authority, { nil: undefined, freq: 10 }),
  operator: held,
  nodes: fc
    .array(fc.record({ held, agent }), { maxLength: 3 })
    .map((nodes) => nodes.map((node, index) => ({ ...node, node: `node-${index}` }))),
})

const holds = (bundle: readonly Certificate[], fingerprint: string | undefined) => bundle.some((known) => known.fingerprint === fingerprint)
const heldOf = (of: CertificateState, node: string) => of.nodes.find((candidate) => candidate.node === node)?.held ?? of.operator
const allSay = (of: CertificateState, what: (view: { readonly trusts: readonly string[]; readonly issuer: string }) => boolean) =>
  of.nodes.every(({ agent }) => agent === 'NoPod' || (agent.known && what(agent.value)))

test('a lost authority is made anew, alone, and nothing that is trusted anywhere is forgotten', () => {
  fc.assert(
    fc.property(state, (before) => {
      const writes = planCertificates({ ...before, authority: undefined })
      const [write] = writes
      assert.ok(writes.length === 1 && write?.kind === 'authority' && write.make)
      const trusted = [before.operator, ...before.nodes.map((node) => node.held)].flatMap(({ trust }) => trust)
      for (const { fingerprint } of trusted) assert.ok(holds(write.carried, fingerprint))
    }),
  )
})

test('an authority leaves a bundle only when every agent says that it needs it no more', () => {
  fc.assert(
    fc.property(state, (before) => {
      const newest = before.authority?.newest.fingerprint ?? ''
      for (const write of planCertificates(before)) {
        const isDrop =
          write.kind === 'authority'
            ? !write.make || write.carried.length < (before.authority?.trust.length ?? 0)
            : heldOf(before, write.node).trust.some(({ fingerprint }) => !holds(write.trust, fingerprint))
        if (!isDrop || before.authority === undefined) continue
        assert.ok(allSay(before, ({ trusts, issuer }) => trusts.includes(newest) && issuer === newest))
        assert.equal(before.operator.leaf?.issuer, newest)
      }
    }),
    { numRuns: 2000 },
  )
})

test('a certificate changes its authority only when all who must accept it have said so, or when nothing else is left', () => {
  fc.assert(
    fc.property(state, (before) => {
      for (const write of planCertificates(before)) {
        if (write.kind === 'authority' || write.signer === undefined) continue
        const { signer } = write
        const { leaf } = heldOf(before, write.node)
        const isLastResort = leaf === undefined || leaf.notAfter - before.now <= 7 * DAY
        if (isLastResort || leaf.issuer === signer) continue
        assert.ok(holds(before.operator.trust, signer))
        assert.ok(allSay(before, ({ trusts }) => trusts.includes(signer)))
      }
    }),
    { numRuns: 2000 },
  )
})

test('every Secret that is written holds together: its certificate is of a key at hand, and of its own bundle', () => {
  fc.assert(
    fc.property(state, (before) => {
      const keys = [before.authority?.newest, before.authority?.previous].map((certificate) => certificate?.fingerprint)
      for (const write of planCertificates(before)) {
        if (write.kind === 'authority') continue
        if (write.signer !== undefined) assert.ok(keys.includes(write.signer))
        assert.ok(holds(write.trust, write.signer ?? heldOf(before, write.node).leaf?.issuer))
        assert.ok(holds(write.trust, keys[0]))
        assert.notEqual(write.reason, '')
      }
    }),
    { numRuns: 2000 },
  )
})
