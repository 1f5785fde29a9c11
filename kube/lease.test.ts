import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { createManualTimers, type ManualTimers } from './fake/manual-timers.ts'
import type { Fault } from './fake/server.ts'
import { type Stage, stage } from './fake/stage.ts'
import { campaign } from './lease.ts'

const LEASES = '/apis/coordination.k8s.io/v1/leases'
const PATH = '/apis/coordination.k8s.io/v1/namespaces/ops/leases/operator'
const POST = 'POST /apis/coordination.k8s.io/v1/namespaces/ops/leases'
const [GET, PUT] = [`GET ${PATH}`, `PUT ${PATH}`]
const RETRY = 2_000

type Spec = Readonly<Record<string, unknown>>
const leaseOf = ({ api }: Stage) => {
  const lease = api.objects.get(LEASES, 'ops', 'operator')
  assert.ok(lease)
  return lease as typeof lease & { readonly spec: Spec }
}
const write = (on: Stage, spec: Spec) =>
  on.api.objects.update(LEASES, leaseOf(on), { metadata: { name: 'operator' }, spec: { ...leaseOf(on).spec, ...spec } })
const heldByOther = ({ api }: Stage, more: Spec = {}) =>
  api.objects.create(LEASES, 'ops', { metadata: { name: 'operator' }, spec: { holderIdentity: 'other', leaseTransitions: 7, ...more } })
const writes = ({ api }: Stage): number => api.asked.filter(({ method }) => method !== 'GET').length

/** @param work what the leader does once its signal has ended */
function enter(on: Stage, timers: ManualTimers, identity = 'me', work: () => Promise<void> = async () => undefined) {
  const stop = new AbortController()
  const leads = Promise.withResolvers<number>()
  const epochs: number[] = []
  let signal: AbortSignal | undefined
  const result = campaign(
    { client: on.client, namespace: 'ops', name: 'operator', identity, timers, log: () => undefined },
    stop.signal,
    async (epoch, lost) => {
      epochs.push(epoch)
      signal = lost
      leads.resolve(epoch)
      if (!lost.aborted) await new Promise((resolve) => lost.addEventListener('abort', resolve))
      await work()
    },
  )
  return { stop, result, epochs, leads: leads.promise, isLost: () => signal?.aborted }
}

/** So many rounds of the loop, each with its requests answered. */
async function rounds(timers: ManualTimers, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await timers.waits(RETRY)
    timers.advance(RETRY)
  }
  await timers.waits(RETRY)
}

const fails: Fault = ({ response }) => response.writeHead(500).end()
const hangs: Fault = () => undefined

test('the first candidate makes the lease, leads, and renews it every two seconds', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, isLost, stop } = enter(on, timers)
  t.after(() => stop.abort())
  const epoch = await leads
  const { spec } = leaseOf(on)
  assert.equal(spec.holderIdentity, 'me')
  assert.equal(spec.leaseDurationSeconds, 15)
  assert.equal(spec.leaseTransitions, epoch)
  for (const field of ['acquireTime', 'renewTime']) assert.match(String(spec[field]), /T\d\d:\d\d:\d\d\.\d{6}Z$/)
  await rounds(timers, 30)
  assert.equal(writes(on), 31)
  assert.equal(isLost(), false)
  assert.equal(leaseOf(on).spec.leaseTransitions, epoch)
})

test('a stop ends the work, then gives the lease back; the next one leads at once, one epoch later', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  let holderAtEnd: unknown
  const first = enter(on, timers, 'me', async () => {
    holderAtEnd = leaseOf(on).spec.holderIdentity
  })
  const epoch = await first.leads
  first.stop.abort()
  assert.equal(await first.result, 'stopped')
  assert.equal(holderAtEnd, 'me')
  assert.equal(leaseOf(on).spec.holderIdentity, '')
  assert.equal(getEventListeners(first.stop.signal, 'abort').length, 0)
  const second = enter(on, timers, 'you')
  t.after(() => second.stop.abort())
  assert.equal(await second.leads, epoch + 1)
})

test('two candidates at once: one leads, the other waits', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const both = [enter(on, timers, 'me'), enter(on, timers, 'you')]
  t.after(() => {
    for (const { stop } of both) stop.abort()
  })
  for (let i = 0; i < 10; i++) {
    await timers.waits(RETRY, 2)
    timers.advance(RETRY)
  }
  assert.equal(both.flatMap(({ epochs }) => epochs).length, 1)
})

for (const renewTime of ['2000-01-01T00:00:00.000000Z', '2100-01-01T00:00:00.000000Z']) {
  test(`expiry is judged by what was seen to change here, not by the time stamp ${renewTime}`, async (t) => {
    const [on, timers] = [await stage(t), createManualTimers()]
    heldByOther(on, { renewTime })
    const { leads, stop } = enter(on, timers)
    t.after(() => stop.abort())
    await rounds(timers, 7) // 14 s
    write(on, { renewTime }) // the other one lives
    await rounds(timers, 8) // 14 s since that was seen
    assert.equal(writes(on), 0)
    await timers.waits(RETRY)
    timers.advance(RETRY)
    assert.equal(await leads, 8)
    assert.equal(leaseOf(on).spec.holderIdentity, 'me')
  })
}

test('a holder that promised longer is waited for longer', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  heldByOther(on, { leaseDurationSeconds: 30 })
  const { leads, stop } = enter(on, timers)
  t.after(() => stop.abort())
  await rounds(timers, 15)
  assert.equal(writes(on), 0)
  timers.advance(RETRY)
  await leads
})

test('a candidate that cannot read goes on trying', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  for (let i = 0; i < 3; i++) on.api.fail(GET, fails)
  const { leads, stop } = enter(on, timers)
  t.after(() => stop.abort())
  for (let i = 0; i < 3; i++) {
    await timers.waits(RETRY)
    timers.advance(RETRY)
  }
  await leads
})

test('an answer to the taking that comes too late is not led upon', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  on.api.fail(POST, ({ answer }) => {
    timers.advance(12_000)
    answer()
  })
  const { leads, epochs, stop } = enter(on, timers)
  t.after(() => stop.abort())
  await rounds(timers, 1)
  assert.deepEqual(epochs, [])
  const first = Number(leaseOf(on).spec.leaseTransitions)
  await rounds(timers, 7)
  timers.advance(RETRY)
  assert.equal(await leads, first + 1)
})

test('a lease that cannot be renewed for ten seconds is lost, not before', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result, isLost } = enter(on, timers)
  await leads
  for (let i = 0; i < 4; i++) on.api.fail(PUT, fails)
  await rounds(timers, 4)
  assert.equal(isLost(), false)
  timers.advance(RETRY)
  assert.equal(await result, 'lost')
  assert.equal(isLost(), true)
  assert.equal(leaseOf(on).spec.holderIdentity, 'me', 'what is lost is not given back')
})

test('a renewal counts from when it was sent: the server may have acted at any time since', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers)
  await leads
  on.api.fail(PUT, ({ answer }) => {
    timers.advance(4_000)
    answer()
  })
  for (let i = 0; i < 9; i++) on.api.fail(PUT, fails)
  await rounds(timers, 3)
  timers.advance(RETRY) // ten seconds after it was sent, six after its answer
  assert.equal(await result, 'lost')
})

test('an answer that never comes leaves time for a second try', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, isLost, stop } = enter(on, timers)
  t.after(() => stop.abort())
  await leads
  on.api.fail(PUT, hangs)
  await timers.waits(RETRY)
  timers.advance(RETRY)
  await on.api.saw(PUT)
  await timers.waits(5_000)
  timers.advance(5_000)
  await rounds(timers, 5)
  assert.equal(isLost(), false)
})

test('answers that never come: lost after ten seconds', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers)
  await leads
  on.api.fail(PUT, hangs)
  on.api.fail(PUT, hangs)
  await timers.waits(RETRY)
  timers.advance(RETRY)
  await timers.waits(5_000)
  timers.advance(5_000)
  await timers.waits(RETRY)
  timers.advance(RETRY)
  await on.api.saw(PUT, 2)
  await timers.waits(1_000) // what is left of ten seconds
  timers.advance(1_000)
  assert.equal(await result, 'lost')
})

test('another holder: lost at once', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers)
  await leads
  write(on, { holderIdentity: 'other', leaseTransitions: 99_999_999 })
  await timers.waits(RETRY)
  timers.advance(RETRY)
  assert.equal(await result, 'lost')
  assert.equal(leaseOf(on).spec.holderIdentity, 'other')
})

test('another term under our own name: lost at once', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers)
  write(on, { leaseTransitions: (await leads) + 1 })
  await timers.waits(RETRY)
  timers.advance(RETRY)
  assert.equal(await result, 'lost')
})

test('a conflict that is our own renewal, whose answer was lost, loses nothing', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, isLost, stop } = enter(on, timers)
  t.after(() => stop.abort())
  await leads
  on.api.fail(PUT, ({ answer, response, socket }) => {
    response.end = () => socket.destroy() as never
    answer()
  })
  await rounds(timers, 10)
  assert.equal(isLost(), false)
  assert.equal(writes(on), 1 + 11, 'the one that was repeated as well')
})

test('a conflict whose winner cannot be read: lost after ten seconds', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers)
  await leads
  write(on, { holderIdentity: 'other' })
  on.api.fail(GET, hangs)
  on.api.fail(GET, hangs)
  await timers.waits(RETRY)
  timers.advance(RETRY)
  await on.api.saw(GET, 2)
  await timers.waits(5_000)
  timers.advance(5_000)
  await timers.waits(RETRY)
  timers.advance(RETRY)
  await on.api.saw(GET, 3)
  await timers.waits(1_000)
  timers.advance(1_000)
  assert.equal(await result, 'lost')
})

test('a leader that was paused does not write when it wakes', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result, isLost } = enter(on, timers)
  await leads
  await timers.waits(RETRY)
  timers.advance(60_000)
  assert.equal(await result, 'lost')
  assert.equal(isLost(), true)
  assert.equal(writes(on), 1)
})

test('work that does not end with the loss is left behind when the lease runs out', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result } = enter(on, timers, 'me', () => new Promise(() => undefined))
  await leads
  for (let i = 0; i < 4; i++) on.api.fail(PUT, fails)
  await rounds(timers, 4)
  timers.advance(RETRY)
  await timers.waits(5_000)
  timers.advance(5_000)
  assert.equal(await result, 'lost')
})

test('work that does not end with a stop is left behind, and the lease with it', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result, stop } = enter(on, timers, 'me', () => new Promise(() => undefined))
  await leads
  await timers.waits(RETRY)
  stop.abort()
  await timers.waits(8_000)
  timers.advance(8_000)
  assert.equal(await result, 'stopped')
  assert.equal(leaseOf(on).spec.holderIdentity, 'me')
})

test('a stop while the lease is not being renewed does not outlast it', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const { leads, result, stop } = enter(on, timers, 'me', () => new Promise(() => undefined))
  await leads
  for (let i = 0; i < 4; i++) on.api.fail(PUT, fails)
  await rounds(timers, 4)
  stop.abort()
  await timers.waits(7_000) // 15 s after the last renewal
  timers.advance(7_000)
  assert.equal(await result, 'stopped')
})

test('a lease that somebody deleted does not begin with a lower epoch: agents would refuse it for ever', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const clock = t.mock.method(Date, 'now', () => Date.UTC(2026, 0, 15, 12))
  const term = async (): Promise<number> => {
    const { leads, stop, result } = enter(on, timers)
    const epoch = await leads
    stop.abort()
    await result
    return epoch
  }
  await term()
  await term()
  const highest = await term()
  on.api.objects.remove(LEASES, leaseOf(on))
  clock.mock.mockImplementation(() => Date.UTC(2026, 0, 15, 12, 1))
  assert.ok((await term()) > highest)
  clock.mock.mockImplementation(() => Date.UTC(2600, 0))
  on.api.objects.remove(LEASES, leaseOf(on))
  assert.ok((await term()) < 2 ** 31, 'the field is an int32')
})

test('a stop before the lease is free: nothing is led', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  heldByOther(on)
  const { epochs, result, stop } = enter(on, timers)
  await timers.waits(RETRY)
  stop.abort()
  assert.equal(await result, 'stopped')
  assert.deepEqual(epochs, [])
})

test('a stop while the lease is being taken: nothing is led, and it is given back', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  on.api.fail(POST, ({ answer }) => {
    stop.abort()
    answer()
  })
  const { epochs, result, stop } = enter(on, timers)
  assert.equal(await result, 'stopped')
  assert.deepEqual(epochs, [])
  assert.equal(leaseOf(on).spec.holderIdentity, '')
})

test('an error of the leader is the error of the campaign, and the lease stays to run out', async (t) => {
  const [on, timers] = [await stage(t), createManualTimers()]
  const lead = () => Promise.reject(new Error('bug'))
  const options = { client: on.client, namespace: 'ops', name: 'operator', identity: 'me', timers, log: () => undefined }
  await assert.rejects(campaign(options, new AbortController().signal, lead), /bug/)
  assert.equal(leaseOf(on).spec.holderIdentity, 'me')
})
