// How the fake API server answers when no fault is in the way: the verbs, and watches from a version on.
import type { ServerResponse } from 'node:http'
import { KubeError } from '../errors.ts'
import type { Body, Objects, Stored } from './objects.ts'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly token: string | undefined
  readonly contentType: string | undefined
  readonly body: unknown
  /** The same number is the same connection. */
  readonly connection: number
}

export type Answers = {
  readonly answer: (asked: Asked, response: ServerResponse) => void
  /** To all open watches, as it stands. */
  readonly send: (raw: string | Buffer) => void
  readonly endWatches: () => void
  /** A watch from before the present version is answered with 410. */
  readonly compact: () => void
}

type Deletion = { readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } }

const PATH = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?/

export function createAnswers(objects: Objects): Answers {
  const watches = new Map<ServerResponse, string>()
  let oldest = 0

  const watch = (collection: string, from: number, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    if (from < oldest) {
      const object = { kind: 'Status', code: 410, reason: 'Expired', message: `too old resource version: ${from}` }
      response.end(`${JSON.stringify({ type: 'ERROR', object })}\n`)
      return
    }
    for (const { type, object } of objects.since(from).filter((change) => change.collection === collection)) {
      response.write(`${JSON.stringify({ type, object })}\n`)
    }
    watches.set(response, collection)
    response.on('close', () => watches.delete(response))
  }
  objects.onChange(({ collection, type, object }) => {
    for (const [response, of] of watches) if (of === collection) response.write(`${JSON.stringify({ type, object })}\n`)
  })

  const verb = (
    { method, query, ...asked }: Asked,
    collection: string,
    namespace: string | undefined,
    name: string | undefined,
  ): unknown => {
    const body = asked.body as Body
    const live = (): Stored => {
      const found = objects.get(collection, namespace, name ?? '')
      if (found === undefined) throw new KubeError(404, 'NotFound', `${name} not found`)
      return found
    }
    if (method === 'GET') return name === undefined ? page(objects.list(collection, namespace), objects.version(), query) : live()
    if (method === 'POST') return objects.create(collection, namespace, body)
    if (method === 'PUT') return objects.update(collection, live(), body)
    if (method === 'PATCH') {
      return objects.update(collection, live(), { ...live(), ...body, metadata: { ...live().metadata, ...body.metadata } })
    }
    objects.remove(collection, live(), (asked.body as Deletion).preconditions)
    return { kind: 'Status', status: 'Success' }
  }

  return {
    answer: (asked, response) => {
      const [, api, namespace, plural, name] = PATH.exec(asked.path) ?? []
      const collection = `${api}/${plural}`
      if (asked.query.get('watch') === 'true') {
        watch(collection, Number(asked.query.get('resourceVersion')), response)
        return
      }
      try {
        json(response, 200, verb(asked, collection, namespace, name))
      } catch (error) {
        if (!(error instanceof KubeError)) throw error
        json(response, error.status, { kind: 'Status', code: error.status, reason: error.reason, message: error.message })
      }
    },
    send: (raw) => {
      for (const response of watches.keys()) response.write(raw)
    },
    endWatches: () => {
      for (const response of watches.keys()) response.end()
    },
    compact: () => {
      oldest = objects.version()
    },
  }
}

export function json(response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** The continue token is the place to go on from. */
function page(all: readonly Stored[], version: number, query: URLSearchParams): object {
  const from = Number(query.get('continue') ?? 0)
  const end = from + Number(query.get('limit') ?? all.length)
  const metadata = { resourceVersion: String(version), ...(end < all.length ? { continue: String(end) } : {}) }
  return { kind: 'PodList', apiVersion: 'v1', metadata, items: all.slice(from, end) }
}
