// One node, alone in its ring, as the lines are proved with.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readPulse } from '../../agent/pulse.ts'
import { startFailure } from '../../agent/start/start-failure.ts'
import { firstRingTokens } from '../../cassandra/model/tokens.ts'
import { type HandNode, startNode, unpackCassandra } from '../../local/by-hand.ts'
import { eventually } from '../e2e/eventually.ts'

export type Config = Readonly<Record<string, unknown>>
export type Start = (address: string, config: Config) => Promise<HandNode>

export type Hands = {
  readonly start: Start
  /** Ends all that were started, and takes their files away. */
  readonly end: () => Promise<void>
}

/** Where CQL listens, so that the agent's worker finds it as in a pod. */
export const CQL_ADDRESS = '127.0.0.1'
export const TOKENS = firstRingTokens([{ rack: 'rack1', nodes: 1 }], 16)[0]?.tokens ?? []

export function openHands(version: string): Hands {
  const root = mkdtempSync(join(tmpdir(), 'ringkeeper-by-hand-'))
  const started: HandNode[] = []
  let unpacked: Promise<string> | undefined
  return {
    start: async (address, config) => {
      unpacked ??= unpackCassandra(version, root)
      // There is nobody whose gossip it could wait for.
      const jvmOptions = ['-Dcassandra.skip_wait_for_gossip_to_settle=0']
      const node = { node: `node${started.length}`, rack: 'rack1', version, heapMiB: 512, config, jvmOptions }
      const place = { home: await unpacked, dir: join(root, node.node), address, cqlAddress: CQL_ADDRESS, seeds: [address] }
      const one = await startNode({ node, ...place, initialTokens: TOKENS })
      started.push(one)
      return one
    },
    end: async () => {
      await Promise.all(started.map((node) => node.end()))
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export async function serves({ process: child, jolokia, logDir }: HandNode): Promise<void> {
  await eventually('Cassandra serves', 120_000, async () => {
    if (child.exitCode !== null) return true
    return (await readPulse(jolokia)).serving
  })
  if (child.exitCode === null) return
  const failure = await startFailure(join(logDir, 'warnings.log'), 0)
  throw new Error(`Cassandra ended with ${child.exitCode}: ${failure?.message ?? 'no error in its log'}`)
}
