// The certificates of a small cluster through loss, crashes, silence and years, with an API server, kubelets and agents in
// memory: at every instant operator and agents accept each other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TlsView } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import type { CassandraCluster, CassandraNode } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/errors.ts'
import { known, unknown } from '../../lib/result.ts'
import { fakeCertificates } from '../../test/sim/fake-certificates.ts'
import { createSecretReader } from '../certificates/read-secrets.ts'
import type { Secret } from '../snapshot/kube-types.ts'
import { createEnsureCertificates, type EnsureCertificates, type NodeWord } from './certificates.ts'

const DAY = 86_400_000
const cluster = { metadata: { name: 'demo', namespace: 'shop', uid: 'cluster-uid' }, spec: {} } as unknown as CassandraCluster
const nodeNames = ['demo-dc1-a-0', 'demo-dc1-b-0', 'demo-dc1-c-0']
const records = nodeNames.map(
  (name) =>
    ({
      metadata: { name, namespace: 'shop', uid: `record-${name}` },
      spec: { nodeUID: `uid-${name}`, datacenter: 'dc1', rack: 'a' },
    }) as unknown as CassandraNode,
)
const authorityName = names.agentAuthoritySecret('demo')
const operatorName = names.operatorSecret('demo')
const secretNames = [authorityName, operatorName, ...nodeNames.map(names.nodeSecret)]

class Crash extends Error {}

/** Secrets on an API server; every change is in a log, which stores follow late but in order. */
function createServer() {
  const log: { readonly name: string; readonly secret: Secret | undefined }[] = []
  const live = new Map<string, Secret>()
  let version = 0
  const set = (name: string, secret: Secret | undefined): void => {
    if (secret === undefined) live.delete(name)
    else live.set(name, secret)
    log.push({ name, secret })
  }
  const store = (name: string, body: Secret): Secret => {
    const metadata = { ...body.metadata, uid: body.metadata.uid ?? `${name}-${version}`, resourceVersion: String(++version) }
    const stored = Object.freeze({ ...structuredClone(body), metadata })
    set(name, stored)
    return stored
  }
  const nameOf = (path: string): string => path.split('/').at(-1) ?? ''
  const client = (beforeWrite: () => void): KubeClient =>
    ({
      get: async (path: string) => live.get(nameOf(path)),
      create: async (_: string, body: Secret) => {
        beforeWrite()
        const { name } = body.metadata
        if (live.has(name)) throw new KubeError(409, 'AlreadyExists', `${name} exists`)
        return store(name, body)
      },
      replace: async (path: string, body: Secret) => {
        beforeWrite()
        const name = nameOf(path)
        const held = live.get(name)
        if (held === undefined) throw new KubeError(404, 'NotFound', `${name} is gone`)
        if (held.metadata.resourceVersion !== body.metadata.resourceVersion) throw new KubeError(409, 'Conflict', `${name} has changed`)
        return store(name, body)
      },
    }) as unknown as KubeClient
  return { log, live, set, client }
}

/** One process of the operator with its store. */
type Operator = { readonly ensure: EnsureCertificates; readonly view: Map<string, Secret>; seen: number }

function createWorld() {
  const server = createServer()
  let serial = 0
  const certificates = fakeCertificates(() => ++serial)
  const reader = createSecretReader(certificates)
  const time = { now: Date.UTC(2026, 0, 1) }
  const mounted = new Map<string, Secret>()
  const pods = new Set<string>()
  const silent = new Set<string>()
  const startOperator = (upTo = server.log.length): Operator => {
    const operator: Operator = { ensure: createEnsureCertificates(certificates), view: new Map(), seen: 0 }
    follow(operator, upTo)
    return operator
  }
  const follow = (operator: Operator, upTo: number): void => {
    for (const { name, secret } of server.log.slice(operator.seen, Math.max(upTo, operator.seen))) {
      if (secret === undefined) operator.view.delete(name)
      else operator.view.set(name, secret)
    }
    operator.seen = Math.max(upTo, operator.seen)
  }
  const mount = (node: string): void => {
    const secret = server.live.get(names.nodeSecret(node))
    // The agent goes on with what it had when the new files cannot be used.
    if (pods.has(node) && secret !== undefined && reader.held(secret).leaf !== undefined) mounted.set(node, secret)
  }
  const startPod = (node: string): void => {
    if (reader.held(server.live.get(names.nodeSecret(node))).leaf === undefined) return // kubelet or agent wait for the Secret
    pods.add(node)
    mount(node)
  }
  const stopPod = (node: string): void => {
    pods.delete(node)
    mounted.delete(node)
  }
  const tlsOf = (node: string): TlsView => {
    const { leaf, trust } = reader.held(mounted.get(node))
    return {
      trusts: trust.map(({ fingerprint }) => fingerprint),
      leaf: leaf?.fingerprint ?? '',
      issuer: leaf?.issuer ?? '',
      notAfter: leaf?.notAfter ?? 0,
    }
  }
  /** Why operator and agent would refuse each other; undefined: they talk. */
  const refusal = (operator: Operator, node: string): string | undefined => {
    const own = reader.held(operator.view.get(operatorName))
    const other = reader.held(mounted.get(node))
    if (own.leaf === undefined || other.leaf === undefined) return `${own.leaf === undefined ? 'the operator' : node} has no certificate`
    for (const [leaf, trust, who] of [
      [own.leaf, other.trust, node],
      [other.leaf, own.trust, 'the operator'],
    ] as const) {
      const authority = trust.find(({ fingerprint }) => fingerprint === leaf.issuer)
      if (authority === undefined) return `${who} does not trust ${leaf.issuer}`
      for (const { notBefore, notAfter, fingerprint } of [leaf, authority]) {
        if (time.now < notBefore || time.now >= notAfter) return `${who} is shown ${fingerprint}, which is not valid`
      }
    }
    return undefined
  }
  const words = (operator: Operator): readonly NodeWord[] =>
    records.map((record) => {
      const node = record.metadata.name
      if (!pods.has(node)) return { record, agent: 'NoPod' }
      const why = silent.has(node) ? 'silent' : refusal(operator, node)
      return { record, agent: why === undefined ? known(tlsOf(node), time.now) : unknown('NoAnswer', why) }
    })
  const unasked = records.map((record) => ({ record, agent: unknown('NotAsked', '') }))
  /** @returns how many Secrets were written */
  const pass = async (operator: Operator, beforeWrite: () => void = () => undefined, said?: readonly NodeWord[]): Promise<number> => {
    let written = 0
    const own = new Map<string, Secret>()
    const input = {
      client: server.client(beforeWrite),
      cluster,
      world: { now: () => time.now, newUID: () => '', newPassword: () => '', certificates },
      find: (name: string) => own.get(name) ?? operator.view.get(name),
      wrote: (secret: Secret) => {
        written++
        own.set(secret.metadata.name, secret)
        // It uses what it wrote; its store shows it before the next pass.
        operator.view.set(secret.metadata.name, secret)
      },
    }
    const before = await operator.ensure(input, unasked)
    assert.deepEqual(before.problems, [])
    await operator.ensure(input, said ?? words(operator))
    follow(operator, server.log.length)
    return written
  }
  return { server, time, pods, silent, certificates, startOperator, follow, mount, startPod, stopPod, refusal, words, pass, reader }
}

type World = ReturnType<typeof createWorld>

async function formed(): Promise<{ world: World; operator: Operator }> {
  const world = createWorld()
  const operator = world.startOperator()
  await world.pass(operator)
  for (const node of nodeNames) world.startPod(node)
  return { world, operator }
}

/** Passes and kubelets in turn until nothing is due. */
async function settle({ pass, mount, startPod }: World, operator: Operator): Promise<void> {
  let quiet = 0
  for (let round = 0; round < 12 && quiet < 2; round++) {
    quiet = (await pass(operator)) === 0 ? quiet + 1 : 0
    for (const node of nodeNames) {
      startPod(node)
      mount(node)
    }
  }
  assert.equal(quiet, 2, 'it does not come to an end')
}

function authorityOf({ reader, server }: World) {
  const found = reader.authority(server.live.get(authorityName))
  assert.ok(found !== undefined)
  return found.authority
}

function assertSettled(world: World, operator: Operator): void {
  const { newest, trust } = authorityOf(world)
  assert.deepEqual(trust, [newest])
  for (const name of [operatorName, ...nodeNames.map(names.nodeSecret)]) {
    const { leaf, trust: bundle } = world.reader.held(world.server.live.get(name))
    assert.equal(leaf?.issuer, newest.fingerprint, name)
    assert.deepEqual(bundle, [newest], name)
  }
  assert.deepEqual(Object.keys(world.server.live.get(authorityName)?.data ?? {}), ['tls.crt', 'tls.key', 'ca.crt'])
  for (const node of nodeNames) assert.equal(world.refusal(operator, node), undefined)
}

test('a new cluster gets its Secrets in one pass, and the next pass writes nothing', async () => {
  const { world, operator } = await formed()
  assert.deepEqual([...world.server.live.keys()].sort(), [...secretNames].sort())
  assert.equal(await world.pass(operator), 0)
  assertSettled(world, operator)
  for (const [name, { metadata }] of world.server.live) {
    const owner = records.find((record) => names.nodeSecret(record.metadata.name) === name) ?? cluster
    assert.deepEqual(
      metadata.ownerReferences?.map(({ uid }) => uid),
      [owner.metadata.uid],
    )
  }
})

test('leaves are renewed after two thirds of their life, without the word of anybody', async () => {
  const { world, operator } = await formed()
  for (const node of nodeNames) world.silent.add(node)
  world.time.now += 59 * DAY
  assert.equal(await world.pass(operator), 0)
  world.time.now += 3 * DAY
  assert.equal(await world.pass(operator), 4)
  assert.equal(await world.pass(operator), 0)
  for (const node of nodeNames) assert.equal(world.refusal(operator, node), undefined)
})

test('a rotation goes forward only with what the agents say, and a silent one holds it', async () => {
  const { world, operator } = await formed()
  const [first = '', ...others] = nodeNames
  const { newest: old } = authorityOf(world)
  const issuers = () => secretNames.slice(1).map((name) => world.reader.held(world.server.live.get(name)).leaf?.issuer)
  const ageAuthority = async () => {
    for (let days = 0; days < 3.4 * 365; days += 30) {
      world.time.now += 30 * DAY
      await world.pass(operator)
      for (const node of nodeNames) world.mount(node)
    }
  }
  world.silent.add(first)
  await ageAuthority()
  const { newest, trust } = authorityOf(world)
  assert.notEqual(newest.fingerprint, old.fingerprint)
  assert.deepEqual(
    trust.map(({ fingerprint }) => fingerprint),
    [newest.fingerprint, old.fingerprint],
  )
  assert.ok(
    issuers().every((issuer) => issuer === old.fingerprint),
    'held in spread',
  )
  world.silent.clear()
  await world.pass(operator)
  assert.ok(
    issuers().every((issuer) => issuer === newest.fingerprint),
    'moved',
  )
  for (const node of others) world.mount(node)
  await world.pass(operator)
  assert.equal(authorityOf(world).trust.length, 2, 'one agent still serves the old leaf')
  world.mount(first)
  await settle(world, operator)
  assertSettled(world, operator)
})

/** Kubelets and operator at work, so many days long, with a check each few days. */
async function liveOn(world: World, operator: Operator, days: number): Promise<void> {
  for (let day = 0; day < days; day += 6) {
    await world.pass(operator)
    for (const node of nodeNames) world.mount(node)
    await world.pass(operator)
    assert.equal(await world.pass(operator), 0, 'nothing is due twice')
    world.time.now += Math.min(6, days - day) * DAY
    for (const node of nodeNames) assert.equal(world.refusal(operator, node), undefined)
  }
}

test('an agent that is silent for years holds a rotation, but neither the certificates of the others nor its own', async () => {
  const { world, operator } = await formed()
  const [first = ''] = nodeNames
  world.silent.add(first)
  await liveOn(world, operator, 6 * 365)
  assert.ok(authorityOf(world).trust.length > 1, 'held')
  world.silent.clear()
  await settle(world, operator)
  assertSettled(world, operator)
})

test('a certificate of the operator that is lost while a new authority spreads is one that every agent takes', async () => {
  const { world, operator } = await formed()
  const { newest: old } = authorityOf(world)
  await liveOn(world, operator, (2 / 3) * 5 * 365)
  world.time.now += 2 * DAY
  await world.pass(operator) // the new authority; no kubelet has been there
  assert.notEqual(authorityOf(world).newest.fingerprint, old.fingerprint)
  world.server.set(operatorName, undefined)
  world.follow(operator, world.server.log.length)
  await world.pass(operator)
  for (const node of nodeNames) assert.equal(world.refusal(operator, node), undefined)
})

test('an older authority that somebody puts back, with the operator Secret gone too, becomes the authority again', async () => {
  const { world, operator } = await formed()
  const backup = world.server.live.get(authorityName)
  world.server.set(authorityName, undefined)
  await settle(world, operator)
  await settle(world, operator)
  world.server.set(authorityName, { ...(backup as Secret), metadata: { ...(backup as Secret).metadata, resourceVersion: 'restored' } })
  world.server.set(operatorName, undefined)
  world.follow(operator, world.server.log.length)
  await settle(world, operator)
  assertSettled(world, operator)
})

test('a Secret of this name that is not ours is never touched, and said', async () => {
  for (const name of secretNames) {
    const world = createWorld()
    const foreign = { metadata: { name, namespace: 'shop', uid: 'x', resourceVersion: '1' }, data: { a: 'Yg==' } }
    world.server.set(name, foreign)
    const operator = world.startOperator()
    operator.view.delete(name) // our store finds by label
    const outcome = await operator.ensure(
      {
        client: world.server.client(() => undefined),
        cluster,
        world: { now: () => world.time.now, newUID: () => '', newPassword: () => '', certificates: world.certificates },
        find: (wanted) => operator.view.get(wanted),
        wrote: (secret) => operator.view.set(secret.metadata.name, secret),
      },
      records.map((record) => ({ record, agent: 'NoPod' })),
    )
    assert.deepEqual(outcome.problems, [{ reason: 'NameConflict', message: `Secret ${name} exists and does not belong to this cluster` }])
    assert.equal(world.server.live.get(name), foreign)
    const needed = name === authorityName || name === operatorName
    assert.equal(outcome.credentials === undefined, needed)
  }
})

test('a Secret that lost its labels keeps its content and gets them back', async () => {
  const { world, operator } = await formed()
  const held = world.server.live.get(authorityName)
  assert.ok(held !== undefined)
  world.server.set(authorityName, { ...held, metadata: { ...held.metadata, labels: {} } })
  operator.view.delete(authorityName)
  await assert.rejects(world.pass(operator), { kind: 'conflict' })
  const after = world.server.live.get(authorityName)
  assert.deepEqual(after?.data, held.data)
  assert.deepEqual(after?.metadata.labels, held.metadata.labels)
  world.follow(operator, world.server.log.length)
  operator.view.set(authorityName, after as Secret)
  assert.equal(await world.pass(operator), 0)
})

test('a renewal that the API server refuses is told, and what is there goes on', async () => {
  const { world, operator } = await formed()
  world.time.now += 62 * DAY
  const outcome = await operator.ensure(
    {
      client: world.server.client(() => {
        throw new KubeError(403, 'Forbidden', 'no update on secrets')
      }),
      cluster,
      world: { now: () => world.time.now, newUID: () => '', newPassword: () => '', certificates: world.certificates },
      find: (name) => operator.view.get(name),
      wrote: () => assert.fail(),
    },
    world.words(operator),
  )
  assert.deepEqual(outcome.problems, [])
  assert.match(outcome.overdue ?? '', /refuses Secret demo-operator: no update on secrets/)
  assert.notEqual(outcome.credentials, undefined)
})

test('everything deleted at once: it heals when the kubelets have brought the new files', async () => {
  const { world, operator } = await formed()
  for (const name of secretNames) world.server.set(name, undefined)
  world.follow(operator, world.server.log.length)
  await world.pass(operator)
  for (const node of nodeNames) assert.match(world.refusal(operator, node) ?? '', /does not trust/)
  for (const node of nodeNames) world.mount(node)
  await settle(world, operator)
  assertSettled(world, operator)
})

test('an operator whose clock was wrong for a while comes back to certificates that are valid', async () => {
  for (const wrong of [400 * DAY, 30 * 365 * DAY, -400 * DAY]) {
    const { world, operator } = await formed()
    world.time.now += wrong
    await world.pass(operator)
    world.time.now -= wrong
    await settle(world, operator)
    assertSettled(world, operator)
  }
})

/** What the world does; `pass` of the leader aside. */
type Move =
  | { readonly kind: 'mount' | 'silence' | 'speak' | 'stop' | 'start' | 'replace'; readonly node: number }
  | { readonly kind: 'see'; readonly changes: number }
  | { readonly kind: 'delete'; readonly secret: number }
  | { readonly kind: 'garble'; readonly secret: number }
type Command =
  | Move
  | { readonly kind: 'pass'; readonly between: readonly Move[]; readonly crashAfter: number | undefined }
  | { readonly kind: 'old leader'; readonly behind: number; readonly wordsAgo: number }
  | { readonly kind: 'years' }
  | { readonly kind: 'days'; readonly days: number }

const node = fc.integer({ min: 0, max: nodeNames.length - 1 })
const onNode = fc.record({ kind: fc.constantFrom('mount', 'silence', 'speak', 'stop', 'start', 'replace'), node }) as fc.Arbitrary<Move>
const see = fc.record({ kind: fc.constant('see'), changes: fc.integer({ min: 1, max: 4 }) }) as fc.Arbitrary<Move>
const loss = fc.record({ kind: fc.constantFrom('delete', 'garble'), secret: fc.integer({ min: 0, max: 4 }) }) as fc.Arbitrary<Move>
const move = fc.oneof({ weight: 8, arbitrary: onNode }, { weight: 2, arbitrary: see }, { weight: 1, arbitrary: loss })
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: move },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      between: fc.array(move, { maxLength: 3 }),
      crashAfter: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('old leader' as const),
      behind: fc.integer({ min: 1, max: 8 }),
      wordsAgo: fc.integer({ min: 0, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'years' as const }) },
)

test('whatever happens in whatever order: operator and agents accept each other at every instant, and it comes to rest', async () => {
  let rotations = 0
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
      const { world, operator: firstOperator } = await formed()
      const { server, time, silent, pods } = world
      let operator = firstOperator
      /** More was lost at once than the rest can stand in for: it heals after the kubelets, not before. */
      let isLost = false
      const heard: (readonly NodeWord[])[] = []

      const check = (where: string): void => {
        if (isLost || world.reader.held(operator.view.get(operatorName)).leaf === undefined) return
        for (const node of pods) assert.equal(world.refusal(operator, node), undefined, `${where}: ${node}`)
      }
      const canStandIn = (name: string): boolean => {
        if (name !== operatorName && name !== authorityName) return true
        const pairs = world.reader.authority(server.live.get(authorityName))
        const own = world.reader.held(server.live.get(operatorName))
        if (name === authorityName) return own.leaf !== undefined
        const issuer = own.leaf?.issuer
        return pairs !== undefined && (pairs.authority.trust.length === 1 || pairs.authority.previous !== undefined) && issuer !== undefined
      }
      const lose = (name: string, what: 'delete' | 'garble'): void => {
        const held = server.live.get(name)
        if (held === undefined) return
        if (!canStandIn(name)) isLost = true
        server.set(
          name,
          what === 'delete'
            ? undefined
            : {
                ...held,
                metadata: { ...held.metadata, resourceVersion: `${server.log.length}-by-hand` },
                data: { ...held.data, 'tls.key': 'AAAA' },
              },
        )
      }
      const apply = (move: Move): void => {
        if (move.kind === 'see') {
          world.follow(operator, Math.min(operator.seen + move.changes, server.log.length))
          return
        }
        if (move.kind === 'delete' || move.kind === 'garble') {
          lose(secretNames[move.secret]!, move.kind)
          return
        }
        const name = nodeNames[move.node]!
        if (move.kind === 'mount') world.mount(name)
        if (move.kind === 'silence') silent.add(name)
        if (move.kind === 'speak') silent.delete(name)
        if (move.kind === 'stop' || move.kind === 'replace') world.stopPod(name)
        if (move.kind === 'start' || move.kind === 'replace') world.startPod(name)
      }
      const pass = async (between: readonly Move[], crashAfter: number | undefined): Promise<void> => {
        const moves = [...between]
        let writes = 0
        heard.push(world.words(operator))
        const isCurrent = between.length === 0 && operator.seen === server.log.length
        try {
          await world.pass(operator, () => {
            if (writes++ === crashAfter) throw new Crash()
            const next = moves.shift()
            if (next !== undefined) apply(next)
            check('between two writes')
          })
          if (isCurrent) assert.equal(await world.pass(operator), 0, 'a second pass writes nothing')
        } catch (error) {
          if (error instanceof Crash) operator = world.startOperator()
          else if (!(error instanceof KubeError && error.kind === 'conflict')) throw error
          else world.follow(operator, server.log.length)
        }
      }
      /** Kubelets and operator do their work in less than a day. */
      const live = async (days: number): Promise<void> => {
        world.follow(operator, server.log.length)
        await pass([], undefined)
        for (const node of nodeNames) world.mount(node)
        await pass([], undefined)
        check('after a day')
        time.now += days * DAY
        check('after some days')
      }
      const carryOut = async (command: Command): Promise<void> => {
        if (command.kind === 'pass') return pass(command.between, command.crashAfter)
        if (command.kind === 'days') return live(command.days)
        if (command.kind === 'years') {
          const newest = () => world.reader.authority(server.live.get(authorityName))?.authority.newest.fingerprint
          const before = newest()
          for (let days = 0; days < 365 * 3.5; days += 6) await live(6)
          if (before !== newest()) rotations++
          return
        }
        if (command.kind === 'old leader') {
          const old = world.startOperator(Math.max(0, server.log.length - command.behind))
          const said = heard.at(-1 - command.wordsAgo)
          await world.pass(old, undefined, said).catch((error: unknown) => {
            if (!(error instanceof KubeError)) throw error
          })
          return
        }
        apply(command)
      }

      for (const command of commands) {
        await carryOut(command)
        check(JSON.stringify(command))
      }
      silent.clear()
      world.follow(operator, server.log.length)
      isLost = true // until the kubelets have been there
      await settle(world, operator)
      assertSettled(world, operator)
      assert.equal(await world.pass(operator), 0)
    }),
    { numRuns: 150 },
  )
  assert.ok(rotations > 0, 'no run has seen a rotation')
})
