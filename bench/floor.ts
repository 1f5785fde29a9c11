// The peer of the formation: three Cassandra processes started by hand, the fastest safe way that we know, without Kubernetes,
// containers or an operator. Same jars, same options, same tokens, same end: three nodes NORMAL, system keyspaces on three
// replicas and repaired, a superuser of one's own, the login cassandra closed.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, globSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import { createJolokia, type JolokiaClient } from '../cassandra/jolokia/client.ts'
import { JOLOKIA_PORT, javaArguments } from '../cassandra/model/java-arguments.ts'
import { rackSizes } from '../cassandra/model/placement.ts'
import { renderYaml } from '../cassandra/model/render-yaml.ts'
import { firstRingTokens, type NodeTokens } from '../cassandra/model/tokens.ts'
import { command } from '../local/command.ts'
import { query } from '../local/cql.ts'
import { home } from '../local/home.ts'
import { fetchJolokia } from '../scripts/bundle.ts'

const VERSION = '5.0.9'
const RACKS = ['rack1', 'rack2', 'rack3']
const ADDRESS = ['127.0.1.1', '127.0.1.2', '127.0.1.3'] as const
const BORN = { username: 'cassandra', password: 'cassandra' }
const OWN = { username: 'admin', password: 'by-hand' }

type HandNode = { readonly process: ChildProcess; readonly jolokia: JolokiaClient; readonly address: string }

/** @returns seconds from the first start to the same state in which a CassandraCluster is Ready */
export async function startByHand(heapMiB: number): Promise<number> {
  const root = mkdtempSync(join(tmpdir(), 'ringkeeper-floor-'))
  await command('tar', ['-xf', jarsLayer(), '-C', root, 'opt'])
  const plan = firstRingTokens(rackSizes(RACKS, 3), 16)
  const nodes: HandNode[] = []
  try {
    const from = performance.now()
    nodes.push(start(root, 0, plan, heapMiB))
    await normal(nodes)
    nodes.push(start(root, 1, plan, heapMiB), start(root, 2, plan, heapMiB))
    await normal(nodes)
    await finish(nodes)
    return (performance.now() - from) / 1000
  } finally {
    await Promise.all(nodes.map((node) => end(node.process)))
    rmSync(root, { recursive: true, force: true })
  }
}

function jarsLayer(): string {
  const [file] = globSync(`cassandra-jars-${VERSION}-*.tar`, { cwd: join(home.cache, 'images') })
  if (file === undefined) throw new Error('the jars of Cassandra are not in the cache; run npm run demo once')
  return join(home.cache, 'images', file)
}

function start(root: string, index: number, plan: readonly NodeTokens[], heapMiB: number): HandNode {
  const address = ADDRESS[index] ?? ''
  const dir = join(root, `node${index}`)
  const config = join(dir, 'config')
  mkdirSync(config, { recursive: true })
  const settings = {
    clusterUID: 'by-hand',
    clusterName: 'by-hand',
    node: `node${index}`,
    nodeUID: `node${index}`,
    datacenter: 'dc1',
    rack: RACKS[index] ?? '',
    version: VERSION,
    numTokens: 16,
    seedService: '',
    heapMiB,
    jvmOptions: [],
    config: {},
    authEnabled: true,
  }
  // The files of a pod, with folders and loopback addresses in the place of what a pod has for itself.
  const local = (text: string): string => text.replaceAll('/var/lib/cassandra', join(dir, 'data')).replaceAll('0.0.0.0', address)
  const initialTokens = plan[index]?.tokens ?? []
  writeFileSync(
    join(config, 'cassandra.yaml'),
    local(renderYaml({ settings, address, seeds: [ADDRESS[0]], autoBootstrap: false, initialTokens })),
  )
  writeFileSync(join(config, 'cassandra-rackdc.properties'), `dc=dc1\nrack=${settings.rack}\n`)
  writeFileSync(join(config, 'logback.xml'), LOGBACK)
  const cassandra = join(root, 'opt', 'cassandra')
  const args = javaArguments({
    settings,
    home: cassandra,
    jars: readdirSync(join(cassandra, 'lib')),
    javaMajor: 17,
    configDir: config,
    logDir: dir,
  })
    .map(local)
    .map((argument) => argument.replace('/ringkeeper/jolokia.jar', fetchJolokia()).replace('host=127.0.0.1', `host=${address}`))
  const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const log = createWriteStream(join(dir, 'log'))
  child.stdout.pipe(log)
  child.stderr.pipe(log)
  return { process: child, jolokia: createJolokia(JOLOKIA_PORT, address), address }
}

/** Every node serves and sees every other live. */
async function normal(nodes: readonly HandNode[]): Promise<void> {
  const attributes = ['OperationMode', 'NativeTransportRunning', 'LiveNodesWithPort', 'JoiningNodesWithPort']
  for (const { jolokia, process: child } of nodes) {
    for (;;) {
      if (child.exitCode !== null) throw new Error('a Cassandra process ended')
      const [fact] = await jolokia.bulk([{ type: 'read', mbean: beans.storageService, attribute: attributes }], 2_000).catch(() => [])
      const state = fact?.known === true ? (fact.value as Record<string, unknown>) : undefined
      const live = state?.LiveNodesWithPort as readonly string[] | undefined
      if (state?.OperationMode === 'NORMAL' && state.NativeTransportRunning === true && live?.length === nodes.length) break
      await delay(100)
    }
  }
}

async function finish(nodes: readonly HandNode[]): Promise<void> {
  const [first] = nodes
  if (first === undefined) return
  for (;;) {
    const answered = await query(first.address, BORN, 'SELECT now() FROM system.local').catch(() => undefined)
    if (answered !== undefined) break
    await delay(200)
  }
  const keyspaces = { system_auth: 3, system_distributed: 3, system_traces: 2 }
  for (const [keyspace, replicas] of Object.entries(keyspaces)) {
    await query(
      first.address,
      BORN,
      `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': ${replicas}}`,
    )
  }
  await Promise.all(nodes.flatMap((node) => Object.keys(keyspaces).map((keyspace) => repair(node.jolokia, keyspace))))
  await query(first.address, BORN, `CREATE ROLE ${OWN.username} WITH PASSWORD = '${OWN.password}' AND LOGIN = true AND SUPERUSER = true`)
  await query(first.address, OWN, 'ALTER ROLE cassandra WITH LOGIN = false AND SUPERUSER = false')
}

async function repair(jolokia: JolokiaClient, keyspace: string): Promise<void> {
  const options = { parallelism: 'parallel', incremental: 'false', primaryRange: 'true', trace: 'false' }
  const id = Number(await jolokia.exec(beans.storageService, operations.repair, [keyspace, options]))
  for (;;) {
    const status = await jolokia.exec(beans.storageService, operations.repairStatus, [id])
    if (Array.isArray(status) && status[0] === 'COMPLETED') return
    if (Array.isArray(status) && status[0] === 'FAILED') throw new Error(`repair of ${keyspace} failed`)
    await delay(100)
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

const LOGBACK = `<configuration><appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%-5level %msg%n</pattern></encoder></appender>
<root level="INFO"><appender-ref ref="STDOUT"/></root></configuration>
`
