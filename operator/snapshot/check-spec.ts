// What the API server cannot judge: heap against limit, keys of the exact Cassandra version. Asked before anything is rolled.
import type { CassandraCluster } from '../../api/objects.ts'
import { ownedJvmOption } from '../../api/owned-jvm-options.ts'
import { checkConfig } from '../../cassandra/model/check-config.ts'
import { heapOf } from '../../cassandra/model/heap.ts'
import { lineOf } from '../../cassandra/model/versions.ts'
import type { Problem } from '../decide/types.ts'

export type CheckedSpec = { readonly ok: true; readonly heapMiB: number } | { readonly ok: false; readonly problem: Problem }

const EXACT = /^\d+\.\d+\.\d+$/

export function checkSpec({ spec }: CassandraCluster): CheckedSpec {
  const refuse = (reason: Problem['reason'], message: string): CheckedSpec => ({ ok: false, problem: { reason, message } })
  if (!EXACT.test(spec.version) || lineOf(spec.version) === undefined) {
    return refuse('InvalidSpec', `spec.version is ${spec.version}: not supported; supported are 4.0.x, 4.1.x and 5.0.x`)
  }
  const option = spec.jvm?.options?.find((text) => ownedJvmOption.test(text))
  if (option !== undefined) return refuse('InvalidSpec', `spec.jvm.options holds ${option}: the operator owns it; remove it`)
  const heap = heapOf(spec.resources?.limits?.memory, spec.jvm?.heapSize)
  if (!heap.ok) return refuse('InvalidSpec', heap.message)
  const config = checkConfig(spec.version, spec.config ?? {})
  if (config !== undefined) return refuse('ConfigRejected', config)
  return { ok: true, heapMiB: heap.heapMiB }
}
