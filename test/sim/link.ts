// The way of an operator process to the world: each call takes a moment, and may fail, lose its answer or end the caller.
import type { Sim } from './sim.ts'

export type Fate = 'error' | 'lost' | 'crash-before' | 'crash-after'
/** What happens to the next calls; answers undefined for a call that goes well. */
export type Disturbance = (isWrite: boolean) => Fate | undefined

export type Link = {
  readonly epoch: number
  readonly call: <T>(isWrite: boolean, effect: () => T) => Promise<T>
  readonly kill: () => void
  readonly isDead: () => boolean
  readonly onDeath: (listener: () => void) => void
  /** Stands still, as a process that gets no processor, and goes on where it was. */
  readonly pause: (ms: number) => void
}

export function createLink(sim: Sim, epoch: number, disturbance: Disturbance): Link {
  let isDead = false
  let pausedUntil = 0
  const listeners: (() => void)[] = []
  const kill = (): void => {
    if (isDead) return
    isDead = true
    sim.trace(`operator ${epoch}`, 'ends')
    for (const listener of listeners) listener()
  }
  const call = <T>(isWrite: boolean, effect: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      if (isDead) return // a promise that never settles: the caller is gone
      const wait = Math.max(0, pausedUntil - sim.clock.now())
      sim.clock.after(wait + sim.random.between(1, 15), () => {
        sim.wake()
        // What a dead process has sent may still arrive.
        if (isDead && (wait > 0 || sim.random.chance(0.5))) return
        const fate = isDead ? undefined : disturbance(isWrite)
        if (fate !== undefined) sim.trace(`operator ${epoch}`, `meets: ${fate}`)
        if (fate === 'crash-before') return kill()
        if (fate === 'error') return reject(new Error('connect ECONNREFUSED'))
        try {
          const result = effect()
          if (fate === 'crash-after') kill()
          else if (fate === 'lost') reject(new Error('read ECONNRESET'))
          else if (!isDead) resolve(result)
        } catch (error) {
          if (fate === 'crash-after') kill()
          else if (!isDead) reject(error)
        }
      })
    })
  return {
    epoch,
    call,
    kill,
    isDead: () => isDead,
    onDeath: (listener) => listeners.push(listener),
    pause: (ms) => {
      sim.longestPause = Math.max(sim.longestPause, ms)
      pausedUntil = sim.clock.now() + ms
    },
  }
}
