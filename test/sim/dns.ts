// The seed Service: addresses of the labelled pods, ready or not, a little late; very late when it is frozen.
import { LABEL } from '../../api/labels.ts'
import type { Pod } from '../../operator/snapshot/kube-types.ts'
import type { ApiServer } from './api-server.ts'
import type { Clock } from './clock.ts'
import type { Dns } from './sim.ts'

const LAG_MS = 1_000

export function createDns(clock: Clock, api: ApiServer): Dns {
  let published: readonly string[] = []
  let frozenUntil = 0
  clock.every(LAG_MS, () => {
    if (clock.now() < frozenUntil) return
    const pods = api.list('/api/v1/pods') as readonly Pod[]
    const seeds = pods.filter(({ metadata }) => metadata.labels?.[LABEL.seed] === 'true')
    published = seeds.flatMap(({ status }) => (status?.podIP === undefined ? [] : [status.podIP])).sort()
  })
  return {
    resolve: () => published,
    freeze: (ms) => {
      frozenUntil = clock.now() + ms
    },
    heal: () => {
      frozenUntil = 0
    },
  }
}
