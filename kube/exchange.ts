// One request and the head of its answer, over the one keep-alive agent of the process (engineering.md section 4, rules 1,
// 12, 14). Token and certificates are taken anew for each request: the agent keeps the sockets of other certificates apart,
// so a rotation changes what opens next and cuts nothing that runs.
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import type { KubeConfig } from './config.ts'
import { KubeError } from './errors.ts'

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly contentType?: string
  readonly timeoutMs?: number
  /** The request may be sent twice without a second effect. */
  readonly repeatable: boolean
  /** Ends the request, also while it waits to be sent again. */
  readonly signal?: AbortSignal
}

/** @param deadlineMs for the whole exchange, the body included */
export type Exchange = (request: HttpRequest, deadlineMs: number) => Promise<IncomingMessage>

/** The connection broke; whether the server acted on the request is unknown. */
export class Reset extends KubeError {
  /** The socket had served before, so the server may have closed it while it was idle (nodejs/node#47130). */
  readonly wasIdle: boolean
  constructor(what: string, cause: NodeJS.ErrnoException, reusedSocket: boolean) {
    super(0, 'ConnectionLost', `${what}: ${cause.message}`)
    this.wasIdle = reusedSocket && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE')
  }
}

/** An idle socket is closed after this; it also rids the agent of the sockets of earlier certificates. */
const IDLE_MS = 60_000

export function createExchange(config: KubeConfig, idleMs = IDLE_MS): Exchange {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 64, scheduling: 'lifo', timeout: idleMs })
  const base = new URL(config.server)
  return (request, deadlineMs) =>
    new Promise((resolve, reject) => {
      const { token, ...certificates } = config.credentials()
      const what = `${request.method} ${request.path}`
      const body = request.body === undefined ? undefined : JSON.stringify(request.body)
      const outgoing = https.request({
        agent,
        ...certificates,
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
      })
      let answer: IncomingMessage | undefined
      const end = (error: KubeError): void => {
        // Whoever reads the body hears of it there.
        const broken = answer ?? outgoing
        broken.destroy(error)
      }
      const abort = (): void => end(new KubeError(0, 'Aborted', `${what}: no longer wanted`))
      const timer = setTimeout(() => end(new KubeError(0, 'Timeout', `${what}: no answer within ${deadlineMs / 1000} s`)), deadlineMs)
      request.signal?.addEventListener('abort', abort)
      outgoing.on('response', (response) => {
        answer = response
        resolve(response)
      })
      outgoing.on('error', (error) => reject(error instanceof KubeError ? error : new Reset(what, error, outgoing.reusedSocket)))
      outgoing.on('close', () => {
        clearTimeout(timer)
        request.signal?.removeEventListener('abort', abort)
      })
      if (request.signal?.aborted) abort()
      else outgoing.end(body)
    })
}
