import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { createManualTimers } from './fake/manual-timers.ts'
import { createQueue } from './queue.ts'

/** A queue whose runs end when the test says so. */
function scene() {
  const timers = createManualTimers()
  const started: string[] = []
  const errors: string[] = []
  const open = new Map<string, { readonly resolve: (again?: number) => void; readonly reject: (error: Error) => void }>()
  const queue = createQueue(
    (key) => {
      assert.ok(!open.has(key), `${key} runs twice at once`)
      started.push(key)
      const run = Promise.withResolvers<number | undefined>()
      open.set(key, run)
      return run.promise
    },
    (key, error) => errors.push(`${key} ${(error as Error).message}`),
    timers,
  )
  const end = async (key: string, how: number | Error | undefined): Promise<void> => {
    const run = open.get(key)
    open.delete(key)
    if (how instanceof Error) run?.reject(how)
    else run?.resolve(how)
    await turn()
  }
  const advance = async (ms: number): Promise<void> => {
    timers.advance(ms)
    await turn()
  }
  return { timers, started, errors, open, queue, end, advance }
}

const bug = new Error('bug')

test('a thousand adds over twenty keys are twenty runs', async () => {
  const { queue, started, advance } = scene()
  for (let i = 0; i < 1_000; i++) queue.add(`key-${i % 20}`)
  await advance(0)
  assert.deepEqual(
    started,
    Array.from({ length: 20 }, (_, i) => `key-${i}`),
  )
})

test('what comes during a run makes one more run after it, never one beside it', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  await advance(0)
  for (let i = 0; i < 100; i++) queue.add('a')
  await advance(1_000_000)
  assert.equal(started.length, 1)
  await end('a', undefined)
  await advance(0)
  assert.equal(started.length, 2)
  await end('a', undefined)
  await advance(1_000_000)
  assert.equal(started.length, 2)
})

test('the earliest time wins, whichever was said first', async () => {
  const { queue, started, advance } = scene()
  queue.add('a', 5_000)
  queue.add('a', 2_000)
  queue.add('a', 9_000)
  await advance(1_999)
  assert.equal(started.length, 0)
  await advance(1)
  assert.equal(started.length, 1)
})

test('a run says when the next one is due', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  await advance(0)
  await end('a', 3_000)
  await advance(2_999)
  assert.equal(started.length, 1)
  await advance(1)
  assert.equal(started.length, 2)
})

test('a failing key waits 1 s, 2 s … 60 s, and a success takes that back', async () => {
  const { queue, started, errors, end, advance } = scene()
  const waitOf = async (): Promise<number> => {
    const before = started.length
    let waited = 0
    for (; started.length === before; waited += 125) await advance(125)
    return waited
  }
  queue.add('a')
  await advance(0)
  const waits: number[] = []
  for (let i = 0; i < 9; i++) {
    await end('a', bug)
    waits.push(await waitOf())
  }
  assert.deepEqual(
    waits,
    [1, 2, 4, 8, 16, 32, 60, 60, 60].map((s) => s * 875),
  ) // randomness 0.5 takes an eighth off
  assert.equal(errors.length, 9)
  await end('a', 0)
  await advance(0)
  await end('a', bug)
  assert.equal(await waitOf(), 875)
})

test('one failing key holds back no other', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  queue.add('b')
  await advance(0)
  await end('a', bug)
  await end('b', 10)
  await advance(10)
  assert.deepEqual(started, ['a', 'b', 'b'])
})

test('a change ends a long wait early, but what a failing run itself changes makes no hot loop', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  await advance(0)
  for (let i = 0; i < 6; i++) {
    queue.add('a') // during the run
    await end('a', bug)
    queue.add('a') // just after it
    await advance(500)
    assert.equal(started.length, i + 1)
    await advance(500)
    assert.equal(started.length, i + 2)
  }
})

test('a key that is forgotten does not run again, and begins anew with the shortest wait', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  await advance(0)
  for (let i = 0; i < 4; i++) {
    await end('a', bug)
    await advance(60_000)
  }
  assert.equal(started.length, 5)
  await end('a', bug)
  queue.forget('a')
  await advance(1_000_000)
  assert.equal(started.length, 5)
  queue.add('a')
  await advance(0)
  await end('a', bug)
  await advance(1_000)
  assert.equal(started.length, 7)
})

for (const how of [undefined, 100, bug]) {
  test(`a key that is forgotten while it runs does not run again (${how})`, async () => {
    const { queue, started, end, advance } = scene()
    queue.add('a')
    await advance(0)
    queue.add('a')
    queue.forget('a')
    await end('a', how)
    await advance(1_000_000)
    assert.equal(started.length, 1)
  })
}

test('a key that is forgotten and comes back while its run lasts does not run twice at once', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  await advance(0)
  queue.forget('a')
  queue.add('a')
  await advance(1_000)
  assert.equal(started.length, 1)
  await end('a', bug)
  await advance(1_000)
  assert.equal(started.length, 2)
})

test('nothing starts after the stop, which waits for what runs', async () => {
  const { queue, started, end, advance } = scene()
  queue.add('a')
  queue.add('b', 1_000)
  queue.add('c')
  await advance(0)
  queue.forget('c') // still running
  let isStopped = false
  const stopping = queue.stop().then(() => {
    isStopped = true
  })
  queue.add('d')
  await end('a', 0)
  await advance(1_000_000)
  assert.deepEqual(started, ['a', 'c'])
  assert.equal(isStopped, false)
  await end('c', undefined)
  await stopping
})

test('whatever happens: one run a key at a time, and no wish is lost', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b'),
    what: fc.constantFrom('add', 'end', 'fail', 'forget', 'wait'),
    ms: fc.constantFrom(0, 500, 3_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { queue, started, open, end, advance } = scene() // its work asserts the first half
      for (const { key, what, ms } of steps) {
        if (what === 'add') queue.add(key, ms)
        else if (what === 'forget') queue.forget(key)
        else if (what === 'wait') await advance(ms)
        else await end(key, what === 'fail' ? bug : undefined)
      }
      queue.add('a')
      const before = started.length
      await end('a', undefined)
      await advance(60_000)
      assert.ok(started.slice(before).includes('a') || open.has('a'))
    }),
  )
})
