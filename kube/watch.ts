import type { KubeObject } from '../api/objects.ts'
import { errorOf, KubeError } from './errors.ts'
import type { Http } from './http.ts'

export type WatchEvent<T> = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }

const SERVER_TIMEOUT_S = 180
/** A server that forgets its own time limit is a half-open connection. */
const GRACE_MS = 10_000

/**
 * One watch from a version on, until the server ends it. Throws `gone` when the version is too old, anything else for a
 * broken connection.
 */
export async function* watch<T extends KubeObject>(
  http: Http,
  path: string,
  query: string,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const parameters = new URLSearchParams(query)
  const seconds = Math.round(SERVER_TIMEOUT_S * (1 + Math.random() / 10))
  parameters.set('watch', 'true')
  parameters.set('allowWatchBookmarks', 'true')
  parameters.set('timeoutSeconds', String(seconds))
  parameters.set('resourceVersion', resourceVersion)
  const response = await http.stream(`${path}?${parameters}`, seconds * 1000 + GRACE_MS)
  const stop = (): void => {
    response.destroy()
  }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  try {
    let rest = ''
    response.setEncoding('utf8')
    for await (const chunk of response) {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') yield parse<T>(line)
    }
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof KubeError ? error : new KubeError(0, 'ConnectionLost', `watch ${path}: ${String(error)}`)
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

function parse<T>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as { readonly type: string; readonly object: T & { readonly code?: number } }
  if (event.type === 'ERROR') throw errorOf(event.object.code ?? 500, JSON.stringify(event.object), undefined, 'watch')
  return event as WatchEvent<T>
}
