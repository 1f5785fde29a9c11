// One watch, from a version on until the server ends it (engineering.md section 4, rules 4, 5, 15).
import type { IncomingMessage } from 'node:http'
import type { KubeObject } from '../api/objects.ts'
import { errorOf, KubeError } from './errors.ts'
import type { Http } from './http.ts'

export type WatchEvent<T> = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }

export type WatchTiming = {
  /** After which the server is asked to end it; up to 10 % more. Load balancers cut idle flows at 240 s. */
  readonly seconds: number
  /** A server that is so much later than it was asked to be is a half-open connection. */
  readonly graceMs: number
}

export const watchTiming: WatchTiming = { seconds: 180, graceMs: 10_000 }

/** Objects are at most 1.5 MiB in etcd. */
const LARGEST_EVENT = 8 * 2 ** 20

/** Throws `gone` when the version is too old, anything else for a broken connection. */
export async function* watch<T extends KubeObject>(
  http: Http,
  path: string,
  query: string,
  resourceVersion: string,
  signal: AbortSignal,
  timing = watchTiming,
): AsyncGenerator<WatchEvent<T>> {
  const parameters = new URLSearchParams(query)
  const seconds = Math.round(timing.seconds * (1 + Math.random() / 10))
  parameters.set('watch', 'true')
  parameters.set('allowWatchBookmarks', 'true')
  parameters.set('timeoutSeconds', String(seconds))
  parameters.set('resourceVersion', resourceVersion)
  try {
    const response = await http.stream(`${path}?${parameters}`, seconds * 1000 + timing.graceMs, signal)
    for await (const line of linesOf(response)) if (line.trim() !== '') yield parse<T>(line)
  } catch (error) {
    if (signal.aborted) return
    throw error instanceof KubeError ? error : new KubeError(0, 'ConnectionLost', `watch ${path}: ${String(error)}`)
  }
}

/** A last line without an end was cut off and is dropped. */
async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8') // a character may be split between two chunks
  let rest = ''
  for await (const chunk of response as AsyncIterable<string>) {
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      yield rest + chunk.slice(from, end)
      rest = ''
      from = end + 1
    }
    rest += chunk.slice(from)
    if (rest.length > LARGEST_EVENT) throw new KubeError(0, 'TooLarge', `watch: one event is larger than ${LARGEST_EVENT} bytes`)
  }
}

function parse<T>(line: string): WatchEvent<T> {
  const event = JSON.parse(line) as { readonly type: string; readonly object: T & { readonly code?: number } }
  if (event.type === 'ERROR') throw errorOf(event.object.code ?? 500, JSON.stringify(event.object), undefined, 'watch')
  return event as WatchEvent<T>
}
