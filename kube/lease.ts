// Leader election by a Lease. Expiry is judged by when this process saw the record change, on its own monotonic clock,
// never by another machine's time stamp. A Lease is no fence: the epoch (leaseTransitions) goes with every effect.
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { isKubeError } from './errors.ts'
import { pathOf, resources } from './resources.ts'

export type LeaseTiming = { readonly durationMs: number; readonly renewWithinMs: number; readonly retryMs: number }
export const leaseTiming: LeaseTiming = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2_000 }

export type ElectionOptions = {
  readonly client: KubeClient
  readonly namespace: string
  readonly name: string
  readonly identity: string
  readonly timing?: LeaseTiming
  readonly log: (message: string) => void
}

type Lease = KubeObject & {
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly leaseTransitions?: number
    readonly acquireTime?: string
    readonly renewTime?: string
  }
}

/**
 * Waits for the lease and runs `lead` while it is held.
 * @param lead gets the epoch, and a signal that ends when the lease is lost or `signal` ends
 * @returns 'lost' when the lease could not be renewed in time: the process should end; 'stopped' after `signal`
 */
export async function campaign(
  options: ElectionOptions,
  signal: AbortSignal,
  lead: (epoch: number, lost: AbortSignal) => Promise<void>,
): Promise<'lost' | 'stopped'> {
  const timing = options.timing ?? leaseTiming
  const held = await acquire(options, timing, signal)
  if (held === undefined) return 'stopped'
  const epoch = held.spec?.leaseTransitions ?? 0
  options.log(`leading in epoch ${epoch}`)
  const lost = new AbortController()
  const stop = (): void => lost.abort()
  signal.addEventListener('abort', stop, { once: true })
  const work = lead(epoch, lost.signal)
  const last = await renew(options, timing, held, signal)
  lost.abort()
  signal.removeEventListener('abort', stop)
  await work
  if (!signal.aborted) return 'lost'
  await release(options, last)
  return 'stopped'
}

async function acquire(options: ElectionOptions, timing: LeaseTiming, signal: AbortSignal): Promise<Lease | undefined> {
  const { client, identity, log } = options
  let seen = ''
  let changedAt = performance.now()
  while (!signal.aborted) {
    try {
      const lease = await client.get<Lease>(leasePath(options))
      const record = `${lease?.metadata.resourceVersion}`
      if (record !== seen) changedAt = performance.now()
      seen = record
      const holder = lease?.spec?.holderIdentity
      const isFree = lease === undefined || holder === undefined || holder === '' || performance.now() - changedAt > timing.durationMs
      if (isFree) return await write(options, timing, lease, identity)
    } catch (error) {
      // Another candidate was faster.
      if (!isKubeError(error, 'conflict') && !isKubeError(error, 'exists')) log(`lease: ${String(error)}`)
    }
    await delay(timing.retryMs, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}

/** Renews until it cannot within the deadline, or until the signal. Answers the record as last written. */
async function renew(options: ElectionOptions, timing: LeaseTiming, held: Lease, signal: AbortSignal): Promise<Lease> {
  let lease = held
  let renewedAt = performance.now()
  while (!signal.aborted) {
    await delay(timing.retryMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return lease
    const startedAt = performance.now()
    try {
      lease = await withDeadline(
        options.client.replace<Lease>(leasePath(options), {
          ...lease,
          spec: { ...lease.spec, renewTime: microTime() },
        } as Lease),
        timing.renewWithinMs - (startedAt - renewedAt),
      )
      renewedAt = startedAt // the server may have acted at any time since
    } catch (error) {
      options.log(`lease not renewed: ${String(error)}`)
      if (isKubeError(error, 'conflict')) {
        const now = await options.client.get<Lease>(leasePath(options)).catch(() => undefined)
        if (now !== undefined && now.spec?.holderIdentity !== options.identity) return lease
        if (now !== undefined) lease = now
      }
      if (performance.now() - renewedAt >= timing.renewWithinMs) return lease
    }
  }
  return lease
}

async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const timer = Promise.withResolvers<never>()
  const handle = setTimeout(() => timer.reject(new Error('the renew deadline has passed')), Math.max(ms, 0))
  try {
    return await Promise.race([work, timer.promise])
  } finally {
    clearTimeout(handle)
    work.catch(() => undefined)
  }
}

async function release(options: ElectionOptions, lease: Lease): Promise<void> {
  try {
    await options.client.replace(leasePath(options), { ...lease, spec: { ...lease.spec, holderIdentity: '' } } as Lease)
  } catch (error) {
    options.log(`lease not released: ${String(error)}`)
  }
}

async function write(options: ElectionOptions, timing: LeaseTiming, before: Lease | undefined, identity: string): Promise<Lease> {
  const spec = {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(timing.durationMs / 1000),
    leaseTransitions: (before?.spec?.leaseTransitions ?? 0) + 1,
    acquireTime: microTime(),
    renewTime: microTime(),
  }
  if (before !== undefined) return options.client.replace<Lease>(leasePath(options), { ...before, spec } as Lease)
  return options.client.create<Lease>(pathOf(resources.leases, options.namespace), {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: options.name, namespace: options.namespace },
    spec,
  })
}

function leasePath(options: ElectionOptions): string {
  return pathOf(resources.leases, options.namespace, options.name)
}

/** MicroTime has six digits after the point; the API server refuses three. */
export function microTime(now = new Date()): string {
  return now.toISOString().replace('Z', '000Z')
}
