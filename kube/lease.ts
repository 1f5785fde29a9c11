// Leader election by a Lease. Expiry is judged by when this process saw the record change, on its own monotonic clock,
// never by another machine's time stamp. A Lease is no fence: the epoch (leaseTransitions) goes with every effect.

import type { KubeClient } from './client.ts'
import { isKubeError } from './errors.ts'
import { createLeaseRecord, type Lease, type LeaseRecord } from './lease-record.ts'
import { pause, realTimers, type Timers, withDeadline } from './timers.ts'

export type LeaseTiming = {
  readonly durationMs: number
  readonly renewWithinMs: number
  readonly retryMs: number
  /** What runs may finish for so long before the process ends. */
  readonly stopWithinMs: number
}
const leaseTiming: LeaseTiming = { durationMs: 15_000, renewWithinMs: 10_000, retryMs: 2_000, stopWithinMs: 8_000 }

export type ElectionOptions = {
  readonly client: KubeClient
  readonly namespace: string
  readonly name: string
  readonly identity: string
  readonly log: (message: string) => void
  readonly timing?: LeaseTiming
  readonly timers?: Timers
}

type Term = { readonly lease: Lease; readonly renewedAt: number }
type Election = Required<ElectionOptions> & { readonly record: LeaseRecord }

/**
 * Waits for the lease and runs `lead` while it is held.
 * @param lead gets the epoch, and a signal that ends when the lease is lost or `signal` ends; then it has little time left
 * @returns 'lost' when the lease could not be renewed in time: the process must end at once; 'stopped' after `signal`
 */
export async function campaign(
  options: ElectionOptions,
  signal: AbortSignal,
  lead: (epoch: number, lost: AbortSignal) => Promise<void>,
): Promise<'lost' | 'stopped'> {
  const record = createLeaseRecord(options.client, options.namespace, options.name, options.identity)
  const election: Election = { timing: leaseTiming, timers: realTimers, ...options, record }
  const { timing, timers, log } = election
  const term = await acquire(election, signal)
  if (term === undefined) return 'stopped'
  const epoch = term.lease.spec?.leaseTransitions ?? 0
  log(`leading in epoch ${epoch}`)
  const lost = new AbortController()
  const end = (): void => lost.abort()
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  const work = (signal.aborted ? Promise.resolve() : lead(epoch, lost.signal)).finally(end)
  work.catch(() => undefined) // heard below
  const { isHeld, lease, renewedAt } = await renew(election, term, lost.signal)
  end()
  signal.removeEventListener('abort', end)
  // Another may lead when the lease has run out, whatever still runs here.
  const left = timing.durationMs - (timers.now() - renewedAt)
  const isDone = await isDoneWithin(timers, work, isHeld ? Math.min(timing.stopWithinMs, left) : left)
  if (!isHeld) return 'lost'
  if (isDone)
    await withDeadline(timers, record.release(lease), timing.retryMs).catch((error) => log(`lease not released: ${String(error)}`))
  return 'stopped'
}

async function acquire({ record, timing, timers, log }: Election, signal: AbortSignal): Promise<Term | undefined> {
  let seen: string | undefined
  let changedAt = 0
  while (!signal.aborted) {
    try {
      const lease = await record.read()
      const version = lease?.metadata.resourceVersion ?? ''
      if (version !== seen) changedAt = timers.now()
      seen = version
      const from = timers.now()
      if (isFree(lease) || from - changedAt > validityOf(lease, timing)) {
        const taken = await record.take(lease, timing.durationMs)
        // An answer that late may be of a term that is over; it is waited out like anybody's.
        if (timers.now() - from < timing.renewWithinMs) return { lease: taken, renewedAt: from }
      }
    } catch (error) {
      // Another candidate was faster.
      if (!isKubeError(error, 'conflict') && !isKubeError(error, 'exists')) log(`lease: ${String(error)}`)
    }
    await pause(timers, timing.retryMs, signal)
  }
  return undefined
}

/** Renews until it cannot within the deadline, or until the signal. Answers the record as last written. */
async function renew({ record, timing, timers, log }: Election, term: Term, signal: AbortSignal): Promise<Term & { isHeld: boolean }> {
  let { lease, renewedAt } = term
  const left = (): number => timing.renewWithinMs - (timers.now() - renewedAt)
  /** One answer that never comes must leave time for a second try. */
  const inTime = <T>(work: Promise<T>): Promise<T> => withDeadline(timers, work, Math.min(left(), timing.renewWithinMs / 2))
  while (!signal.aborted && left() > 0) {
    await pause(timers, Math.min(timing.retryMs, left()), signal)
    if (signal.aborted || left() <= 0) break
    const from = timers.now()
    try {
      lease = await inTime(record.renew(lease))
      renewedAt = from // the server may have acted at any time since
    } catch (error) {
      log(`lease not renewed: ${String(error)}`)
      if (!isKubeError(error, 'conflict')) continue
      const live = await inTime(record.read()).catch(() => undefined)
      if (live !== undefined && !isSameTerm(live, term.lease)) return { lease, renewedAt, isHeld: false }
      if (live !== undefined) lease = live // we were the faster one: an earlier try had arrived after all
    }
  }
  return { lease, renewedAt, isHeld: left() > 0 }
}

function isFree(lease: Lease | undefined): boolean {
  return (lease?.spec?.holderIdentity ?? '') === ''
}

/** What its holder has promised, should that be longer than ours. */
function validityOf(lease: Lease | undefined, timing: LeaseTiming): number {
  return Math.max((lease?.spec?.leaseDurationSeconds ?? 0) * 1000, timing.durationMs)
}

function isSameTerm(a: Lease, b: Lease): boolean {
  return a.spec?.holderIdentity === b.spec?.holderIdentity && a.spec?.leaseTransitions === b.spec?.leaseTransitions
}

async function isDoneWithin(timers: Timers, work: Promise<void>, ms: number): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>()
  const cancel = timers.set(() => resolve(false), ms)
  work.then(() => resolve(true), reject)
  try {
    return await promise
  } finally {
    cancel()
  }
}
