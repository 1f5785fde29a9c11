// What is proved of each release line: a node whose spec.config holds much of what the line takes, and settings with which
// it does not start. The tests of a line run in order; the last one drains the node.
import { after, before, describe } from 'node:test'
import type { HandNode } from '../../local/by-hand.ts'
import { proveConfig, proveRefusals, type Refused } from './config.ts'
import { proveLogins } from './logins.ts'
import { type Config, openHands, serves } from './one-node.ts'
import { proveViews } from './views.ts'
import { proveWork } from './work.ts'

export type Line = {
  /** The newest release. */
  readonly version: string
  readonly config: Config
  /** Where Cassandra shows a setting by another name or text; undefined: not at all. */
  readonly shown: Config
  readonly refused: readonly Refused[]
  /** Whether StorageService has an attribute that not every line has. */
  readonly has: Readonly<Record<string, boolean>>
}

export function proveLine({ version, config, shown, refused, has }: Line): void {
  describe(`Cassandra ${version}`, () => {
    const hands = openHands(version)
    let node: HandNode | undefined
    const running = (): HandNode => {
      if (node === undefined) throw new Error('no node was started')
      return node
    }
    before(async () => {
      node = await hands.start('127.0.1.1', config)
      await serves(node)
    })
    after(hands.end)

    proveViews(version, has, running)
    proveLogins(running)
    proveConfig(version, config, shown)
    proveRefusals(version, refused, hands.start)
    proveWork(running)
  })
}
