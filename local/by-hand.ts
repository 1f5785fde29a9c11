// A Cassandra process on a loopback address, without Kubernetes, container or operator: the jars, the files and the options
// of a pod, with a folder of its own in the place of the volume.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeConfigFiles } from '../agent/start/config-files.ts'
import type { NodeSettings } from '../api/agent.ts'
import { DATA_DIR, JOLOKIA_JAR } from '../api/paths.ts'
import { createJolokia, type JolokiaClient } from '../cassandra/jolokia/client.ts'
import { JOLOKIA_PORT, javaArguments } from '../cassandra/model/java-arguments.ts'
import { fetchJolokia } from '../scripts/bundle.ts'
import { command } from './command.ts'
import { cassandraJars } from './images/cassandra.ts'

/** That of this machine; the arguments follow it. */
const JAVA_MAJOR = 17

export type HandInput = {
  /** CASSANDRA_HOME. */
  readonly home: string
  /** The node's alone; made when it is not there. */
  readonly dir: string
  readonly node: Pick<NodeSettings, 'node' | 'rack' | 'version' | 'heapMiB'> & Partial<NodeSettings>
  readonly address: string
  /** Where CQL listens instead of at the address. */
  readonly cqlAddress?: string
  readonly seeds: readonly string[]
  readonly initialTokens: readonly string[]
}

export type HandNode = {
  readonly process: ChildProcess
  readonly jolokia: JolokiaClient
  readonly address: string
  readonly configDir: string
  readonly logDir: string
  /** Kills it, with nothing flushed, and waits until it has ended. */
  readonly end: () => Promise<void>
}

/** @returns CASSANDRA_HOME of this version below the folder */
export async function unpackCassandra(version: string, root: string): Promise<string> {
  await command('tar', ['-xf', await cassandraJars(version), '-C', root, 'opt'])
  return join(root, 'opt', 'cassandra')
}

/** Starts one node of a ring that has no data yet; whether it comes up, the caller sees. */
export async function startNode({ home, dir, node, address, cqlAddress = address, seeds, initialTokens }: HandInput): Promise<HandNode> {
  const settings: NodeSettings = {
    clusterUID: 'by-hand',
    clusterName: 'by-hand',
    nodeUID: node.node,
    datacenter: 'dc1',
    numTokens: 16,
    seedService: '',
    jvmOptions: [],
    config: {},
    authEnabled: true,
    ...node,
  }
  const configDir = join(dir, 'config')
  const logDir = join(dir, 'log')
  const local = (text: string): string => text.replaceAll(DATA_DIR, join(dir, 'data'))
  await writeConfigFiles(configDir, logDir, { settings, address, seeds, autoBootstrap: false, initialTokens })
  const yaml = join(configDir, 'cassandra.yaml')
  writeFileSync(yaml, local(readFileSync(yaml, 'utf8')).replace('rpc_address: "0.0.0.0"', `rpc_address: "${cqlAddress}"`))
  const args = javaArguments({ settings, home, jars: readdirSync(join(home, 'lib')), javaMajor: JAVA_MAJOR, configDir, logDir })
    .map(local)
    .map((argument) => argument.replace(JOLOKIA_JAR, fetchJolokia()).replace('host=127.0.0.1', `host=${address}`))
  // It ends with us, also when we are killed.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'java', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const output = createWriteStream(join(logDir, 'output'))
  child.stdout.pipe(output)
  child.stderr.pipe(output)
  await once(child, 'spawn')
  return { process: child, jolokia: createJolokia(JOLOKIA_PORT, address), address, configDir, logDir, end: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
