// The verbs. Deletes are not here but in destroy.ts, which demands preconditions.
import type { KubeObject } from '../api/objects.ts'
import { isKubeError } from './errors.ts'
import type { Http } from './http.ts'

export type ApplyOptions = {
  readonly manager: string
  /** Take fields over from other managers; only for fields that are ours alone. */
  readonly force?: boolean
  /** Ask the server for its verdict and change nothing. */
  readonly dryRun?: boolean
}

export type List<T> = { readonly items: readonly T[]; readonly resourceVersion: string }

export type KubeClient = {
  readonly http: Http
  /** undefined is the server's own "there is none"; any other failure throws. */
  readonly get: <T>(path: string) => Promise<T | undefined>
  /** All pages, of one moment. */
  readonly list: <T extends KubeObject>(path: string, query?: string, signal?: AbortSignal) => Promise<List<T>>
  readonly create: <T>(path: string, body: unknown, dryRun?: boolean) => Promise<T>
  /** Server-side apply with the full intent. */
  readonly apply: <T>(path: string, body: unknown, options: ApplyOptions) => Promise<T>
  /** Replaces; the body carries the resourceVersion that was read, so a write in between is a conflict. */
  readonly replace: <T>(path: string, body: KubeObject) => Promise<T>
  /** JSON merge patch; give metadata.resourceVersion in the body to make it conditional. */
  readonly merge: <T>(path: string, body: unknown) => Promise<T>
}

const PAGE = 500
const LIST_TIMEOUT_MS = 30_000

export function createClient(http: Http): KubeClient {
  return {
    http,
    get: async <T>(path: string): Promise<T | undefined> => {
      try {
        return JSON.parse(await http.request({ method: 'GET', path, repeatable: true })) as T
      } catch (error) {
        if (isKubeError(error, 'notFound')) return undefined
        throw error
      }
    },
    list: async <T extends KubeObject>(path: string, query = '', signal?: AbortSignal): Promise<List<T>> => {
      try {
        return await listAll<T>(http, path, query, signal)
      } catch (error) {
        if (!isKubeError(error, 'gone')) throw error
        return listAll<T>(http, path, query, signal) // the pages have become too old on the way: from the start, once
      }
    },
    create: async <T>(path: string, body: unknown, dryRun = false): Promise<T> =>
      JSON.parse(await http.request({ method: 'POST', path: `${path}${dryRun ? '?dryRun=All' : ''}`, body, repeatable: dryRun })) as T,
    apply: async <T>(path: string, body: unknown, options: ApplyOptions): Promise<T> => {
      const query = new URLSearchParams({ fieldManager: options.manager, fieldValidation: 'Strict' })
      if (options.force) query.set('force', 'true')
      if (options.dryRun) query.set('dryRun', 'All')
      const contentType = 'application/apply-patch+yaml'
      return JSON.parse(await http.request({ method: 'PATCH', path: `${path}?${query}`, body, contentType, repeatable: true })) as T
    },
    replace: async <T>(path: string, body: KubeObject): Promise<T> =>
      JSON.parse(await http.request({ method: 'PUT', path, body, repeatable: body.metadata.resourceVersion !== undefined })) as T,
    merge: async <T>(path: string, body: unknown): Promise<T> =>
      JSON.parse(await http.request({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json', repeatable: false })) as T,
  }
}

type Page<T> = {
  readonly apiVersion?: string
  readonly kind?: string
  readonly items?: readonly T[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

/** Never from the server's cache at version 0, which may be older than what was seen before (rule 3). */
async function listAll<T extends KubeObject>(http: Http, path: string, query: string, signal?: AbortSignal): Promise<List<T>> {
  const items: T[] = []
  let token: string | undefined
  for (;;) {
    const parameters = new URLSearchParams(query)
    parameters.set('limit', String(PAGE))
    if (token !== undefined) parameters.set('continue', token)
    const request = { method: 'GET', path: `${path}?${parameters}`, timeoutMs: LIST_TIMEOUT_MS, repeatable: true } as const
    const page = JSON.parse(await http.request(signal === undefined ? request : { ...request, signal })) as Page<T>
    // Items of the built-in kinds do not say what they are; those of a watch do.
    const type = { apiVersion: page.apiVersion, kind: page.kind?.replace(/List$/, '') }
    for (const item of page.items ?? []) items.push({ ...type, ...item })
    token = page.metadata?.continue
    if (token === undefined || token === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
  }
}
