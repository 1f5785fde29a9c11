// The agent's state machine, tick by tick, beside a launcher and a Cassandra that the test plays.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Grant, GrantKind, Marker, NodeSettings } from '../api/agent.ts'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'
import { known } from '../lib/result.ts'
import { createNode, type Node } from './node.ts'
import { readMarker, writeMarker } from './start/marker-file.ts'

const settings: NodeSettings = {
  clusterUID: 'cluster',
  clusterName: 'demo',
  node: 'demo-dc1-r1-0',
  nodeUID: 'node',
  datacenter: 'dc1',
  rack: 'r1',
  version: '5.0.9',
  numTokens: 16,
  seedService: 'demo-seeds',
  heapMiB: 512,
  jvmOptions: [],
  config: {},
  authEnabled: true,
}
const member: Marker = {
  clusterUID: 'cluster',
  nodeUID: 'node',
  datacenter: 'dc1',
  rack: 'r1',
  version: '5.0.9',
  state: 'Joined',
  hostID: 'host',
}
const grant = (kind: GrantKind, podUID = 'pod'): Grant => ({
  id: `${kind}-${podUID}`,
  kind,
  podUID,
  nodeUID: 'node',
  initialTokens: ['1', '2'],
})

type World = {
  readonly node: Node
  readonly run: string
  readonly data: string
  /** Another agent over the same folders, as after its restart or in a new pod. */
  readonly again: (podUID?: string) => Node
  readonly launch: (id: string) => Promise<void>
  readonly marker: () => Promise<Marker | undefined>
  readonly wait: (ms: number) => void
  /** undefined: no JVM. */
  cassandra: { mode: string; cql?: boolean; streams?: number } | undefined
  /** undefined: the resolver is silent. */
  seeds: readonly string[] | undefined
  readonly told: string[]
}

async function createWorld(t: TestContext, before?: Marker): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'node-'))
  t.after(() => rm(dir, { recursive: true, force: true }))
  const [run, data] = [join(dir, 'run'), join(dir, 'data')]
  await mkdir(join(run, 'start'), { recursive: true })
  if (before !== undefined) {
    await mkdir(join(data, 'data/system'), { recursive: true })
    await writeMarker(join(data, '.ringkeeper'), before)
  }
  let clock = 0
  const again = (podUID = 'pod'): Node =>
    createNode({
      settings: { node: settings, podUID, podIP: '10.0.0.1' },
      jolokia,
      folders: { run, data, marker: join(data, '.ringkeeper') },
      resolve: async () => world.seeds ?? Promise.reject(new Error('ESERVFAIL')),
      now: () => clock,
    })
  const jolokia: JolokiaClient = {
    bulk: async (requests) => {
      const { cassandra } = world
      if (cassandra === undefined) throw new Error('connect ECONNREFUSED')
      const isUp = cassandra.mode === 'NORMAL'
      const hasCql = isUp && cassandra.cql !== false
      const state = {
        OperationMode: cassandra.mode,
        Joined: isUp,
        GossipRunning: true,
        NativeTransportRunning: hasCql,
        LocalHostId: 'host',
      }
      const streams = Array.from({ length: cassandra.streams ?? 0 }, () => ({}))
      return requests.map((request) => {
        if (request.type === 'exec') return known(null, 0)
        if (request.attribute === 'OperationMode') return known(cassandra.mode, 0)
        return known(request.attribute === 'CurrentStreams' ? streams : state, 0)
      })
    },
    exec: async (_, operation) => {
      if (world.cassandra === undefined) throw new Error('connect ECONNREFUSED')
      world.told.push(operation)
      if (operation === 'drain()') world.cassandra = { mode: 'DRAINED' }
      return null
    },
  }
  const world: World = {
    node: undefined as unknown as Node,
    run,
    data,
    again,
    launch: (id) =>
      writeFile(
        join(run, 'start/request'),
        `id=${id}\nhome=/opt/cassandra\njava=openjdk version "17.0.2"\njar=apache-cassandra-5.0.9.jar\n`,
      ),
    marker: () => readMarker(join(data, '.ringkeeper')),
    wait: (ms) => {
      clock += ms
    },
    cassandra: undefined,
    seeds: ['10.0.0.2'],
    told: [],
  }
  return Object.assign(world, { node: again() })
}

const isAnswered = (world: World, id: string): boolean => existsSync(join(world.run, `start/args-${id}`))
const yamlOf = (world: World): Promise<string> => readFile(join(world.run, 'config/cassandra.yaml'), 'utf8')
/** What Cassandra leaves on the volume as soon as it runs. */
const writeData = (world: World) => mkdir(join(world.data, 'data/system'), { recursive: true })

test('an empty node waits for a grant, however often the container asks, and starts with it', async (t) => {
  const world = await createWorld(t)
  const { node } = world
  await node.tick()
  assert.deepEqual([node.start().phase, (await world.marker())?.state], ['NoContainer', 'Empty'])
  for (const id of ['a', 'b']) {
    await world.launch(id)
    await node.tick()
    assert.deepEqual([node.start().phase, isAnswered(world, id)], ['WaitingForGrant', false])
  }
  assert.equal((await node.grant(grant('Join', 'gone'))).accepted, false)
  await node.tick()
  assert.equal(isAnswered(world, 'b'), false)

  assert.equal((await node.grant(grant('Join'))).accepted, true)
  assert.equal((await world.marker())?.state, 'Granted')
  await node.tick()
  assert.deepEqual([node.start().phase, node.start().attempts, isAnswered(world, 'b'), isAnswered(world, 'a')], ['Started', 1, true, false])
  assert.equal((await world.marker())?.state, 'Joining', 'durable before the JVM can touch the volume')
  assert.match(await yamlOf(world), /auto_bootstrap: true/)
})

test('a node is a member as soon as the ring counts on it, before CQL is up, and its grant is spent', async (t) => {
  const world = await createWorld(t)
  const { node } = world
  await world.launch('a')
  await node.tick()
  await node.grant(grant('FirstNode'))
  await node.tick()
  assert.match(await yamlOf(world), /"seeds":"10.0.0.1:7000"/)
  for (const mode of ['STARTING', 'JOINING']) {
    world.cassandra = { mode }
    await node.tick()
    assert.deepEqual([(await world.marker())?.state, node.serving()], ['Joining', false])
  }
  world.cassandra = { mode: 'NORMAL', cql: false }
  await node.tick()
  assert.deepEqual([await world.marker(), node.serving()], [member, false])
  world.cassandra = { mode: 'NORMAL' }
  await node.tick()
  assert.deepEqual([node.serving(), node.start()], [true, { phase: 'Started', message: 'serving', since: 0, attempts: 0 }])
  assert.equal((await node.grant(grant('Join'))).reason, 'NotJoining')
})

test('a member starts without the operator, also while the resolver is silent', async (t) => {
  const world = await createWorld(t, member)
  world.seeds = undefined
  await world.launch('a')
  await world.node.tick()
  assert.deepEqual([world.node.start().phase, isAnswered(world, 'a')], ['Started', true])
  assert.match(await yamlOf(world), /"seeds":"10.0.0.1:7000"/)
  world.seeds = ['10.0.0.2', '10.0.0.3']
  world.cassandra = { mode: 'NORMAL' }
  world.wait(10_000)
  await world.node.tick()
  assert.match(await yamlOf(world), /"seeds":"10.0.0.2:7000,10.0.0.3:7000"/)
  assert.deepEqual(world.told, ['reloadSeeds()'])
})

test('killed while joining, the container starts again with the same grant; the failure is told until it serves', async (t) => {
  const world = await createWorld(t)
  const { node } = world
  await world.launch('a')
  await node.tick()
  await node.grant(grant('Join'))
  await node.tick()
  await writeData(world)
  world.cassandra = { mode: 'JOINING' }
  await node.tick()
  world.cassandra = undefined
  await appendFile(join(world.run, 'log/warnings.log'), 'ERROR 2026-11-25 03:00:00,000 Stream failed\n')
  await world.launch('b')
  await node.tick()
  assert.ok(isAnswered(world, 'b'))
  const { state, grant: kept } = (await world.marker()) ?? {}
  assert.deepEqual({ state, kept }, { state: 'Joining', kept: grant('Join') })
  assert.deepEqual(node.start(), { phase: 'Started', reason: 'StartFailed', message: 'Stream failed', since: 0, attempts: 2 })
  await world.launch('c')
  await node.tick()
  assert.deepEqual(
    [node.start().reason, node.start().attempts, node.start().message],
    ['StartFailed', 3, 'Cassandra ended before it served, and its log holds no error'],
  )
  world.cassandra = { mode: 'NORMAL' }
  await node.tick()
  assert.deepEqual([node.start().reason, node.start().attempts], [undefined, 0])
})

test('a pod that follows one that died while joining needs a grant of its own, and gets it into the same marker', async (t) => {
  const world = await createWorld(t, { ...member, state: 'Joining', grant: grant('Join', 'gone') })
  const { node } = world
  await world.launch('a')
  await node.tick()
  assert.deepEqual([node.start().phase, isAnswered(world, 'a')], ['WaitingForGrant', false])
  assert.equal((await node.grant(grant('Join'))).accepted, true)
  await node.tick()
  assert.ok(isAnswered(world, 'a'))
})

test('an agent that was restarted goes on beside the JVM that it had started, whatever the resolver says', async (t) => {
  const world = await createWorld(t, member)
  await world.launch('a')
  await world.node.tick()
  const args = await readFile(join(world.run, 'start/args-a'), 'utf8')
  world.seeds = undefined
  world.cassandra = { mode: 'NORMAL' }
  const node = world.again()
  await node.tick()
  assert.deepEqual([node.serving(), node.start().phase], [true, 'Started'])
  assert.equal(await readFile(join(world.run, 'start/args-a'), 'utf8'), args)
  assert.match(await yamlOf(world), /"seeds":"10.0.0.2:7000"/, 'nothing was rendered anew')
  world.cassandra = undefined
  await world.launch('b')
  await node.tick()
  assert.deepEqual([node.serving(), node.start().reason, isAnswered(world, 'b')], [false, undefined, true])
})

test('an agent that died between marker and answer starts what it had decided', async (t) => {
  const world = await createWorld(t)
  await world.launch('a')
  await world.node.tick()
  await world.node.grant(grant('Join'))
  await world.node.tick()
  await rm(join(world.run, 'start/args-a'))
  const node = world.again()
  await node.tick()
  assert.deepEqual([node.start().phase, isAnswered(world, 'a')], ['Started', true])
})

test('a volume that cannot be understood is told, and nothing is started from it or written to it', async (t) => {
  const world = await createWorld(t, member)
  const file = join(world.data, '.ringkeeper/marker.json')
  await writeFile(file, '{"state":"Jo')
  await world.launch('a')
  await world.node.tick()
  assert.deepEqual([world.node.start().phase, world.node.start().reason, world.node.marker()], ['Refused', 'VolumeUnreadable', undefined])
  assert.equal((await world.node.grant(grant('Join'))).accepted, false)
  assert.deepEqual([isAnswered(world, 'a'), await readFile(file, 'utf8')], [false, '{"state":"Jo'])
  await writeMarker(join(world.data, '.ringkeeper'), member)
  await world.node.tick()
  assert.equal(world.node.start().phase, 'Started')
})

test('a start that cannot be prepared is told and tried again', async (t) => {
  const world = await createWorld(t, member)
  await writeFile(join(world.run, 'config'), 'in the way')
  await world.launch('a')
  await assert.rejects(world.node.tick())
  assert.match(world.node.start().message, /^the start cannot be prepared: /)
  await rm(join(world.run, 'config'))
  await world.node.tick()
  assert.ok(isAnswered(world, 'a'))
})

test('a stop drains once, after readiness has gone, and belongs to one life of the container', async (t) => {
  const world = await createWorld(t, member)
  const { node } = world
  await world.launch('a')
  await node.tick()
  world.cassandra = { mode: 'NORMAL' }
  await node.tick()
  await writeFile(join(world.run, 'start/stop-older'), '')
  await node.tick()
  assert.deepEqual([node.serving(), world.told], [true, []])

  await writeFile(join(world.run, 'start/stop-a'), '')
  await node.tick()
  await node.tick()
  assert.deepEqual([node.serving(), world.told], [false, ['drain()']])
  assert.equal(await readFile(join(world.run, 'start/stopped-a'), 'utf8'), 'drained\n')

  world.cassandra = undefined
  await world.launch('b')
  await node.tick()
  assert.deepEqual([node.start().phase, node.start().reason, isAnswered(world, 'b')], ['Started', undefined, true])
  assert.deepEqual((await readdir(join(world.run, 'start'))).sort(), ['args-b', 'request'])
  world.cassandra = { mode: 'NORMAL' }
  await node.tick()
  assert.deepEqual([node.serving(), world.told], [true, ['drain()']])
})

test('a start that is stopped before it served has not failed', async (t) => {
  const world = await createWorld(t, member)
  await world.launch('a')
  await world.node.tick()
  world.cassandra = { mode: 'STARTING' }
  await writeFile(join(world.run, 'start/stop-a'), '')
  await world.node.tick()
  assert.deepEqual(world.told, [])
  world.cassandra = undefined
  await world.launch('b')
  await world.node.tick()
  assert.deepEqual([world.node.start().phase, world.node.start().reason], ['Started', undefined])
})

test('while Cassandra is drained the node already says that it is not ready', async (t) => {
  const world = await createWorld(t, member)
  await world.launch('a')
  await world.node.tick()
  world.cassandra = { mode: 'NORMAL' }
  await world.node.tick()
  await writeFile(join(world.run, 'start/stop-a'), '')
  const serving: boolean[] = []
  const push = world.told.push.bind(world.told)
  world.told.push = (operation) => {
    serving.push(world.node.serving())
    return push(operation)
  }
  await world.node.tick()
  assert.deepEqual(serving, [false])
})

test('seeds follow without a restart; a JVM that cannot be told yet is told later', async (t) => {
  const world = await createWorld(t, member)
  const { node } = world
  await world.launch('a')
  await node.tick()
  world.seeds = ['10.0.0.7']
  world.wait(10_000)
  await node.tick()
  assert.deepEqual(world.told, [])
  world.cassandra = { mode: 'NORMAL' }
  world.wait(10_000)
  await node.tick()
  assert.deepEqual(world.told, ['reloadSeeds()'])
  for (const seeds of [['10.0.0.7'], [], undefined]) {
    world.seeds = seeds
    world.wait(10_000)
    await node.tick()
  }
  assert.deepEqual(world.told, ['reloadSeeds()'], 'the same seeds, none, or no answer change nothing')
  assert.match(await yamlOf(world), /"seeds":"10.0.0.7:7000"/)
})

test('while it joins a node is not its own seed, afterwards it may be', async (t) => {
  const world = await createWorld(t)
  world.seeds = ['10.0.0.1', '10.0.0.2']
  await world.launch('a')
  await world.node.tick()
  await world.node.grant(grant('JoinNoStream'))
  await world.node.tick()
  assert.match(await yamlOf(world), /"seeds":"10.0.0.2:7000"/)
  assert.match(await yamlOf(world), /initial_token: "1,2"\nauto_bootstrap: false/)
  await writeData(world)
  world.cassandra = { mode: 'NORMAL' }
  await world.node.tick()
  assert.match(await yamlOf(world), /"seeds":"10.0.0.1:7000,10.0.0.2:7000"/)
})

test('what Cassandra no longer answers is not serving', async (t) => {
  const world = await createWorld(t, member)
  await world.launch('a')
  await world.node.tick()
  world.cassandra = { mode: 'NORMAL' }
  await world.node.tick()
  world.cassandra = undefined
  world.wait(2_000)
  await world.node.tick()
  assert.equal(world.node.serving(), false)
})
