// The Lease in the API server: how a term begins, goes on and ends. The transition count is the epoch of the term.
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { microTime } from './micro-time.ts'
import { pathOf, resources } from './resources.ts'

export type Lease = KubeObject & {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly leaseTransitions?: number
    readonly acquireTime?: string
    readonly renewTime?: string
  }
}

export type LeaseRecord = {
  readonly read: () => Promise<Lease | undefined>
  /** Begins a term; a conflict when somebody else was faster. */
  readonly take: (before: Lease | undefined, durationMs: number) => Promise<Lease>
  readonly renew: (lease: Lease) => Promise<Lease>
  readonly release: (lease: Lease) => Promise<Lease>
}

export function createLeaseRecord(client: KubeClient, namespace: string, name: string, identity: string): LeaseRecord {
  const path = pathOf(resources.leases, namespace, name)
  const change = (lease: Lease, spec: Lease['spec']): Promise<Lease> =>
    client.replace<Lease>(path, { ...lease, spec: { ...lease.spec, ...spec } } as Lease)
  return {
    read: () => client.get<Lease>(path),
    take: (before, durationMs) => {
      const term = {
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(durationMs / 1000),
        leaseTransitions: before === undefined ? firstEpoch() : (before.spec?.leaseTransitions ?? 0) + 1,
        acquireTime: microTime(),
        renewTime: microTime(),
      }
      if (before !== undefined) return change(before, term)
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec: term }
      return client.create<Lease>(pathOf(resources.leases, namespace), body)
    },
    renew: (lease) => change(lease, { renewTime: microTime() }),
    release: (lease) => change(lease, { holderIdentity: '' }),
  }
}

/**
 * Agents refuse an epoch below the highest they have seen, for ever. A Lease that somebody deleted must not begin below it:
 * the tens of seconds since 1970 run ahead of any count of terms, and fit into the field for six centuries.
 */
function firstEpoch(): number {
  return Math.floor(Date.now() / 10_000)
}
