// The port of the API server, over a link that can be disturbed.
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/errors.ts'
import type { Body, Preconditions } from './api-server.ts'
import type { Link } from './link.ts'
import type { OperatorRules } from './operator-process.ts'
import type { Sim } from './sim.ts'

/** @param remembered a pod as the stores show it, for a mutant that believes them */
export function createModelClient(sim: Sim, link: Link, rules: OperatorRules, remembered: (path: string) => unknown): KubeClient {
  const { api } = sim
  const write = <T>(verb: string, path: string, effect: () => unknown, seen?: string): Promise<T> =>
    link.call(true, () => {
      const answer = effect() as T
      const uid = (answer as { readonly metadata?: { readonly uid?: string } } | undefined)?.metadata?.uid
      sim.trace(`operator ${link.epoch}`, `  ${verb} ${path.split('/').slice(-2).join('/')}`)
      sim.record({ kind: 'write', epoch: link.epoch, verb, path, uid, seen })
      return answer
    })
  const client: KubeClient = {
    get: <T>(path: string) =>
      link.call(false, () => ((rules.deletesWhatItSaw ? undefined : remembered(path)) ?? api.get(path)) as T | undefined),
    list: (collection) => link.call(false, () => ({ items: api.list(collection) as never, resourceVersion: api.version() })),
    create: <T>(path: string, body: unknown, dryRun = false) =>
      dryRun
        ? link.call(false, () => api.create(path, body as Body, true) as T)
        : write<T>('create', path, () => api.create(path, body as Body)),
    apply: (path, body) =>
      write('apply', path, () => {
        const held = api.get(path)
        const isIgnored = !rules.raisesBudget && held !== undefined && path.includes('/poddisruptionbudgets/')
        return isIgnored ? held : api.apply(path, body as Body)
      }),
    replace: (path, body) => write('replace', path, () => api.replace(path, body as unknown as Body)),
    merge: (path, body) => write('merge', path, () => api.merge(path, body as Body)),
    http: {
      request: ({ method, path, body }: { readonly method: string; readonly path: string; readonly body?: unknown }) => {
        if (method !== 'DELETE') throw new KubeError(405, 'MethodNotAllowed', `${method} is not modelled`)
        const { preconditions } = body as { readonly preconditions: Preconditions }
        const remove = () => {
          const uid = api.get(path)?.metadata.uid
          api.remove(path, rules.deletesWhatItSaw ? preconditions : {})
          return { metadata: { uid } }
        }
        return write<string>('delete', path, remove, preconditions.uid)
      },
      stream: () => Promise.reject(new Error('watches are modelled by the stores')),
    } as unknown as KubeClient['http'],
  }
  return client
}
