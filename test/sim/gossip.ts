// How the processes of a ring learn of each other: each second each one exchanges all it knows with one live peer, often
// with a seed, now and then with one that it believes dead. What a node sees is late, and differs from node to node.
import type { Clock } from './clock.ts'
import type { Random } from './random.ts'
import { type Endpoint, mergeSchemas, type Schema } from './volume.ts'

/** An endpoint and when its heartbeat last moved, as one node sees it. */
type Heard = { state: Endpoint; heardAt: number }

export type Gossiper = {
  readonly address: string
  readonly hostID: string
  readonly generation: number
  seeds: readonly string[]
  gossips: boolean
  heartbeat: number
  schema: Schema
  readonly view: Map<string, Heard>
  /** Addresses that were forgotten, with the generation up to which they stay so. */
  readonly forgotten: Map<string, number>
}

const GOSSIP_MS = 1_000
const SILENCE_MS = 8_000
/** A node that dies while it joins is forgotten; a member never is. */
const FORGET_JOINING_MS = 12_000
const NEVER = Number.NEGATIVE_INFINITY

export function isLive(self: Gossiper, heard: Heard, now: number): boolean {
  return heard.state.address === self.address || (!heard.state.isShutdown && now - heard.heardAt < SILENCE_MS)
}

export function startGossip(clock: Clock, random: Random, ring: ReadonlyMap<string, Gossiper>): void {
  clock.every(GOSSIP_MS, () => {
    const now = clock.now()
    for (const self of ring.values()) if (self.gossips) round(self, ring, random, now)
  })
}

function round(self: Gossiper, ring: ReadonlyMap<string, Gossiper>, random: Random, now: number): void {
  self.heartbeat++
  const own = self.view.get(self.address)
  if (own !== undefined) own.state = { ...own.state, heartbeat: self.heartbeat }
  forgetDeadJoiners(self, now)
  const others = [...self.view.values()].filter(({ state }) => state.address !== self.address)
  const live = others.filter((heard) => isLive(self, heard, now))
  const dead = others.filter((heard) => !isLive(self, heard, now))
  const seeds = self.seeds.filter((seed) => seed !== self.address)
  const targets: string[] = []
  if (live.length > 0) targets.push(random.pick(live).state.address)
  if (dead.length > 0 && random.chance(0.3)) targets.push(random.pick(dead).state.address)
  if (seeds.length > 0 && (live.length < seeds.length || random.chance(0.3))) targets.push(random.pick(seeds))
  for (const target of targets) {
    const peer = ring.get(target)
    if (peer?.gossips === true) exchange(self, peer, now)
  }
}

function exchange(a: Gossiper, b: Gossiper, now: number): void {
  for (const { state } of b.view.values()) hear(a, state, now)
  for (const { state } of a.view.values()) hear(b, state, now)
  if (a.schema === b.schema) return
  a.schema = mergeSchemas(a.schema, b.schema)
  b.schema = a.schema
}

/** What a starting node takes over from the peer that answered it first, or from its own disk. */
export function adopt(self: Gossiper, states: readonly Endpoint[], isHeard: (state: Endpoint) => boolean, now: number): void {
  for (const state of states)
    if (state.address !== self.address) self.view.set(state.address, { state, heardAt: isHeard(state) ? now : NEVER })
}

export function hear(self: Gossiper, state: Endpoint, now: number): void {
  if (state.address === self.address) return
  if (state.hostID === self.hostID && state.generation < self.generation) return // itself, earlier, elsewhere
  const held = self.view.get(state.address)
  if (held !== undefined && !isNewer(state, held.state)) return
  if ((self.forgotten.get(state.address) ?? -1) >= state.generation) return
  if (state.status === 'NORMAL') {
    for (const [address, other] of self.view) {
      if (address === state.address || other.state.hostID !== state.hostID) continue
      if (other.state.status === 'NORMAL' && other.state.generation > state.generation) return
      // The same node at a new address: the old one is gone at once.
      self.view.delete(address)
      self.forgotten.set(address, other.state.generation)
    }
  }
  self.view.set(state.address, { state, heardAt: now })
}

function isNewer(a: Endpoint, b: Endpoint): boolean {
  return a.generation > b.generation || (a.generation === b.generation && a.heartbeat > b.heartbeat)
}

function forgetDeadJoiners(self: Gossiper, now: number): void {
  for (const [address, { state, heardAt }] of self.view) {
    if (address === self.address || state.status !== 'BOOT' || now - heardAt < FORGET_JOINING_MS) continue
    self.view.delete(address)
    self.forgotten.set(address, state.generation)
  }
}
