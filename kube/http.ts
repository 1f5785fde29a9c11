// HTTPS to the API server: what is sent again, how large an answer may be, and for how long the server has been answering
// (engineering.md section 4, rules 8, 13, 14).

import type { IncomingMessage } from 'node:http'
import type { KubeConfig } from './config.ts'
import { errorOf, KubeError } from './errors.ts'
import { createExchange, type HttpRequest, Reset } from './exchange.ts'
import { pause, realTimers, type Timers } from './timers.ts'

export type Http = {
  readonly request: (request: HttpRequest) => Promise<string>
  /** Opens a stream that ends at the deadline or with the signal; the caller destroys it. */
  readonly stream: (path: string, deadlineMs: number, signal: AbortSignal) => Promise<IncomingMessage>
  /** For how many ms requests have been succeeding without a gap; 0 while they are not. */
  readonly answeringMs: () => number
}

export type HttpOptions = {
  readonly timeoutMs?: number
  readonly largestAnswer?: number
  readonly idleMs?: number
  readonly timers?: Timers
}

const TIMEOUT_MS = 10_000
const LARGEST_ANSWER = 64 * 2 ** 20
const ATTEMPTS = 4
/** A caller would rather hear of a longer wait than sit it out. */
const LONGEST_WAIT_MS = 10_000
/** The lease alone makes a request every two seconds. */
const GAP_MS = 30_000

export function createHttp(config: KubeConfig, options: HttpOptions = {}): Http {
  const { timeoutMs = TIMEOUT_MS, largestAnswer = LARGEST_ANSWER, timers = realTimers } = options
  const exchange = createExchange(config, options.idleMs)
  let answeringSince = -Infinity
  let answeredAt = -Infinity

  const once = async (request: HttpRequest): Promise<string> => {
    const response = await exchange(request, request.timeoutMs ?? timeoutMs)
    const what = `${request.method} ${request.path}`
    const text = await readAll(response, largestAnswer, what)
    const status = response.statusCode ?? 0
    if (status >= 400) throw errorOf(status, text, response.headers['retry-after'], what)
    const now = timers.now()
    if (now - answeredAt > GAP_MS) answeringSince = now
    answeredAt = now
    return text
  }

  return {
    request: async (request) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(request)
        } catch (error) {
          const wait = attempt < ATTEMPTS ? waitBefore(error, request, attempt) : undefined
          if (wait === undefined) throw error
          await pause(timers, wait, request.signal)
        }
      }
    },
    stream: async (path, deadlineMs, signal) => {
      const response = await exchange({ method: 'GET', path, repeatable: true, signal }, deadlineMs)
      const status = response.statusCode ?? 0
      if (status < 400) return response
      throw errorOf(status, await readAll(response, largestAnswer, `GET ${path}`), response.headers['retry-after'], `GET ${path}`)
    },
    answeringMs: () => (timers.now() - answeredAt > GAP_MS ? 0 : answeredAt - answeringSince),
  }
}

/** Milliseconds to wait before the same request goes out again, or undefined when it may not. */
function waitBefore(error: unknown, request: HttpRequest, attempt: number): number | undefined {
  if (error instanceof Reset) return error.wasIdle && request.repeatable && attempt === 1 ? 0 : undefined
  if (!(error instanceof KubeError) || error.retryAfterMs === undefined || error.retryAfterMs > LONGEST_WAIT_MS) return undefined
  // Throttled is refused before anything was done. A server that fails may have acted; and a refusal without a time, as of
  // an eviction, is an answer.
  return error.kind === 'throttled' || (error.kind === 'unavailable' && request.repeatable) ? error.retryAfterMs : undefined
}

async function readAll(response: IncomingMessage, largest: number, what: string): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of response) {
      size += (chunk as Buffer).length
      if (size > largest) throw new KubeError(0, 'TooLarge', `${what}: the answer is larger than ${largest} bytes`)
      parts.push(chunk as Buffer)
    }
  } catch (error) {
    throw error instanceof KubeError ? error : new KubeError(0, 'ConnectionLost', `${what}: ${String(error)}`)
  }
  return Buffer.concat(parts).toString('utf8')
}
