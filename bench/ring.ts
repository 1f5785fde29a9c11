// A ring by the operator on the local cluster, timed from apply to Ready.

import { setTimeout as delay } from 'node:timers/promises'
import type { CassandraCluster } from '../api/objects.ts'
import type { Kubectl } from '../local/kubectl.ts'
import { cassandraPids } from '../test/e2e/processes.ts'

export const NAMESPACE = 'bench'

export async function makeNamespace(kubectl: Kubectl): Promise<void> {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } }))
}

/** @returns seconds from `kubectl apply` to Ready */
export async function form(kubectl: Kubectl, name: string, nodes: number, heapMiB: number): Promise<number> {
  const spec = {
    version: '5.0.9',
    nodes,
    storage: { size: '1Gi' },
    jvm: { heapSize: `${heapMiB}Mi` },
    resources: { requests: { cpu: '100m', memory: '1Gi' } },
  }
  const body = { apiVersion: 'ringkeeper.io/v1alpha1', kind: 'CassandraCluster', metadata: { name }, spec }
  const from = performance.now()
  await kubectl(['-n', NAMESPACE, 'apply', '-f', '-'], JSON.stringify(body))
  for (;;) {
    const cluster = JSON.parse(await kubectl(['-n', NAMESPACE, 'get', 'cass', name, '-o', 'json'])) as CassandraCluster
    const ready = cluster.status?.conditions?.find(({ type }) => type === 'Ready')
    if (ready?.status === 'True' && ready.observedGeneration === cluster.metadata.generation) return (performance.now() - from) / 1000
    if (ready !== undefined && performance.now() - from > 900_000) throw new Error(`${name}: ${ready.reason}: ${ready.message}`)
    await delay(100)
  }
}

/** Ends it without a drain, and its volumes with it, so that the next one finds the machine as it was. */
export async function remove(kubectl: Kubectl, name: string): Promise<void> {
  const mine = ['-l', `ringkeeper.io/cluster=${name}`]
  await kubectl(['-n', NAMESPACE, 'delete', 'cass', name, '--wait=true'])
  await kubectl(['-n', NAMESPACE, 'delete', 'pods', ...mine, '--grace-period=0', '--force', '--wait=true'])
  await kubectl(['-n', NAMESPACE, 'delete', 'pvc', ...mine, '--wait=true'])
  while (cassandraPids().length > 0) await delay(200) // the kubelet takes its time
}
