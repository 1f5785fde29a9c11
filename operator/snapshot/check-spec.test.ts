import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, snapshot } from '../../test/snapshots.ts'
import { checkSpec } from './check-spec.ts'

const check = (spec: Options['spec']): string => {
  const checked = checkSpec(snapshot({ stages: [], spec }).cluster)
  return checked.ok ? `heap ${checked.heapMiB}` : `${checked.problem.reason}: ${checked.problem.message}`
}

test('a spec that can be rendered, with its heap', () => {
  assert.equal(check({}), 'heap 1024')
  assert.equal(check({ resources: { limits: { memory: '8Gi' } } }), 'heap 4096')
  assert.equal(check({ config: { concurrent_reads: 64 }, jvm: { options: ['-Xlog:gc'] } }), 'heap 1024')
})

const bad: readonly (readonly [string, Options['spec'], string])[] = [
  [
    'a version that is not supported',
    { version: '3.11.19' },
    'InvalidSpec: spec.version is 3.11.19: not supported; supported are 4.0.x, 4.1.x and 5.0.x',
  ],
  [
    'a version that is not exact',
    { version: '5.0' },
    'InvalidSpec: spec.version is 5.0: not supported; supported are 4.0.x, 4.1.x and 5.0.x',
  ],
  [
    'a version with a tail',
    { version: '5.0.9-beta1' },
    'InvalidSpec: spec.version is 5.0.9-beta1: not supported; supported are 4.0.x, 4.1.x and 5.0.x',
  ],
  [
    'a heap larger than the limit',
    { jvm: { heapSize: '3Gi' }, resources: { limits: { memory: '2Gi' } } },
    'InvalidSpec: spec.jvm.heapSize is 3Gi, more than 80 % of spec.resources.limits.memory (2Gi): lower the heap or raise the limit',
  ],
  [
    'a limit that is no quantity',
    { resources: { limits: { memory: 'much' } } },
    'InvalidSpec: spec.resources.limits.memory is much: that is no quantity; write one such as 4Gi',
  ],
  [
    'an option that the operator owns',
    { jvm: { options: ['-Xss1m', '-javaagent:/x.jar'] } },
    'InvalidSpec: spec.jvm.options holds -javaagent:/x.jar: the operator owns it; remove it',
  ],
  [
    'an option that takes a check of Cassandra away',
    { jvm: { options: ['-Dcassandra.replace_address=1'] } },
    'InvalidSpec: spec.jvm.options holds -Dcassandra.replace_address=1: the operator owns it; remove it',
  ],
  [
    'a key that the operator owns',
    { config: { listen_address: '::' } },
    'ConfigRejected: spec.config.listen_address is "::": Ringkeeper decides it; remove it',
  ],
  [
    'a value of the wrong type',
    { config: { concurrent_reads: 'many' } },
    'ConfigRejected: spec.config.concurrent_reads is "many": in Cassandra 5.0 it must be ',
  ],
  [
    'a key that no version knows',
    { config: { compaction_throughputs: '64MiB/s' } },
    'ConfigRejected: spec.config.compaction_throughputs is "64MiB/s": Cassandra 5.0 has no such setting; did you mean compaction_throughput?',
  ],
  [
    'a key of a later line',
    { version: '4.0.17', config: { authentication_timeout: 1 } },
    'ConfigRejected: spec.config.authentication_timeout is 1: ',
  ],
]
for (const [what, spec, message] of bad) test(what, () => assert.ok(check(spec).startsWith(message), check(spec)))
