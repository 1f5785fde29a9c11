// HTTPS to the API server: one keep-alive agent for the process, a timeout and a size limit on every request
// (engineering.md section 4, rules 1, 13, 14).

import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { KubeConfig } from './config.ts'
import { errorOf, KubeError } from './errors.ts'

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly timeoutMs?: number
  /** The request may be sent twice without a second effect. */
  readonly repeatable: boolean
}

export type Http = {
  readonly request: (request: HttpRequest) => Promise<string>
  /** Opens a stream; the caller destroys it. */
  readonly stream: (path: string, deadlineMs: number) => Promise<IncomingMessage>
  /** How many requests have succeeded; a silent watch beside successful requests is a broken one. */
  readonly successes: () => number
  /** Requests that changed something; for the proof that an idle operator writes nothing. */
  readonly writes: () => number
}

const TIMEOUT_MS = 10_000
const LARGEST_ANSWER = 64 * 2 ** 20

export function createHttp(config: KubeConfig): Http {
  let seen = -1
  let agent: https.Agent | undefined
  let token: string | undefined
  let successes = 0
  let writes = 0
  const base = new URL(config.server)

  /** The agent of the present credentials; a rotation makes a new one, and the old sockets end when idle. */
  const current = (): https.Agent => {
    const { changed, token: fresh, ca, cert, key } = config.credentials()
    if (changed !== seen || agent === undefined) {
      agent?.destroy()
      agent = new https.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo', ...defined({ ca, cert, key }) })
      seen = changed
      token = fresh
    }
    return agent
  }

  const open = (request: HttpRequest, deadlineMs: number): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const body = request.body === undefined ? undefined : JSON.stringify(request.body)
      const outgoing = https.request(
        {
          agent: current(),
          hostname: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || 443,
          method: request.method,
          path: `${base.pathname.replace(/\/$/, '')}${request.path}`,
          headers: {
            accept: 'application/json',
            'user-agent': 'ringkeeper',
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(body === undefined
              ? {}
              : { 'content-type': request.contentType ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
          },
        },
        resolve,
      )
      // One deadline for the whole exchange, the body included.
      const timer = setTimeout(() => {
        outgoing.destroy(new KubeError(0, 'Timeout', `${request.method} ${request.path}: no answer within ${deadlineMs / 1000} s`))
      }, deadlineMs)
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        reject(error instanceof KubeError ? error : new Reset(error, outgoing.reusedSocket))
      })
      outgoing.on('close', () => clearTimeout(timer))
      outgoing.end(body)
    })

  const once = async (request: HttpRequest): Promise<string> => {
    const response = await open(request, request.timeoutMs ?? TIMEOUT_MS)
    const text = await readAll(response)
    const status = response.statusCode ?? 0
    if (status >= 400) throw errorOf(status, text, response.headers['retry-after'], `${request.method} ${request.path}`)
    successes++
    if (request.method !== 'GET') writes++
    return text
  }

  return {
    request: async (request) => {
      for (let attempt = 0; ; attempt++) {
        try {
          return await once(request)
        } catch (error) {
          const wait = attempt < 3 ? waitBefore(error, request, attempt) : undefined
          if (wait === undefined) throw error instanceof Reset ? error.toKubeError(request) : error
          await delay(wait)
        }
      }
    },
    stream: async (path, deadlineMs) => {
      const response = await open({ method: 'GET', path, repeatable: true }, deadlineMs)
      const status = response.statusCode ?? 0
      if (status < 400) return response
      throw errorOf(status, await readAll(response), response.headers['retry-after'], `GET ${path}`)
    },
    successes: () => successes,
    writes: () => writes,
  }
}

/** The connection broke; whether the server acted on the request is unknown. */
class Reset extends Error {
  readonly reusedSocket: boolean
  constructor(cause: Error, reusedSocket: boolean) {
    super(cause.message, { cause })
    this.reusedSocket = reusedSocket
  }
  toKubeError({ method, path }: HttpRequest): KubeError {
    return new KubeError(0, 'ConnectionLost', `${method} ${path}: ${this.message}`)
  }
}

/** Milliseconds to wait before the same request goes out again, or undefined when it may not. */
function waitBefore(error: unknown, request: HttpRequest, attempt: number): number | undefined {
  // An idle socket that the server had closed meanwhile; once (nodejs/node#47130).
  if (error instanceof Reset) return error.reusedSocket && request.repeatable && attempt === 0 ? 0 : undefined
  // The server refused before it acted, and says when to come again.
  if (error instanceof KubeError && error.kind === 'throttled') return Math.min(error.retryAfterMs ?? 1000, 10_000)
  return undefined
}

async function readAll(response: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of response) {
    size += (chunk as Buffer).length
    if (size > LARGEST_ANSWER) throw new KubeError(0, 'TooLarge', 'the answer of the API server is larger than 64 MiB')
    parts.push(chunk as Buffer)
  }
  return Buffer.concat(parts).toString('utf8')
}

function defined(entries: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined))
}
