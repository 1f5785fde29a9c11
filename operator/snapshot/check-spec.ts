// What the API server cannot judge: heap against limit, keys of the exact Cassandra version. Asked before anything is rolled.
import type { CassandraCluster } from '../../api/objects.ts'
import { heapOf } from '../../cassandra/model/heap.ts'
import { lineOf } from '../../cassandra/model/versions.ts'
import type { Problem } from '../decide/types.ts'

export type CheckedSpec = { readonly ok: true; readonly heapMiB: number } | { readonly ok: false; readonly problem: Problem }

export function checkSpec({ spec }: CassandraCluster): CheckedSpec {
  const refuse = (reason: Problem['reason'], message: string): CheckedSpec => ({ ok: false, problem: { reason, message } })
  if (lineOf(spec.version) === undefined) {
    return refuse('InvalidSpec', `spec.version is ${spec.version}: not supported; supported are 4.0.x, 4.1.x and 5.0.x`)
  }
  const heap = heapOf(spec.resources?.limits?.memory, spec.jvm?.heapSize)
  if (!heap.ok) return refuse('InvalidSpec', heap.message)
  return { ok: true, heapMiB: heap.heapMiB }
}
