// Cassandra's MBeans through the Jolokia agent in its JVM, on loopback. An answer says in its body whether it succeeded,
// with HTTP 200 either way; 64-bit numbers are asked for as text, or JavaScript would round them.
import http from 'node:http'
import type { Fact } from '../../lib/result.ts'
import { known, unknown } from '../../lib/result.ts'

export type JolokiaRequest =
  | {
      readonly type: 'read'
      readonly mbean: string
      readonly attribute: string | readonly string[]
      /** Longer lists in the answer are cut there, at every depth; for attributes of which the beginning is enough. */
      readonly longestList?: number
    }
  | { readonly type: 'exec'; readonly mbean: string; readonly operation: string; readonly arguments: readonly unknown[] }

export type JolokiaClient = {
  /** One round trip for all; an answer that failed is Unknown with Cassandra's words, the others are good. */
  readonly bulk: (requests: readonly JolokiaRequest[], timeoutMs?: number) => Promise<readonly Fact<unknown>[]>
  /** One operation; throws with Cassandra's words. A lost answer does not mean that it did not run. */
  readonly exec: (mbean: string, operation: string, args: readonly unknown[], timeoutMs?: number) => Promise<unknown>
}

type Answer = { readonly status: number; readonly value?: unknown; readonly error?: string }
type Reply = { readonly status: number; readonly text: string }

/** The view of a ring of a thousand nodes has one megabyte. */
const LARGEST_ANSWER = 4 * 2 ** 20

export function createJolokia(port: number, host = '127.0.0.1'): JolokiaClient {
  // One connection is kept, so that a probe every second does not open and close sockets for ever.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const bulk: JolokiaClient['bulk'] = async (requests, timeoutMs = 10_000) => {
    const answers = parse(await post({ agent, host, port }, JSON.stringify(requests.map(render)), timeoutMs))
    return requests.map((_, index) => {
      const answer = answers[index]
      if (answer === undefined) return unknown('NoAnswer', 'Jolokia answered fewer requests than it was asked')
      return answer.status === 200
        ? known(answer.value, Date.now())
        : unknown('Refused', firstLine(answer.error ?? `status ${answer.status}`))
    })
  }
  return {
    bulk,
    exec: async (mbean, operation, args, timeoutMs) => {
      const [fact] = await bulk([{ type: 'exec', mbean, operation, arguments: args }], timeoutMs)
      if (fact === undefined || !fact.known) throw new Error(fact?.message ?? 'no answer')
      return fact.value
    },
  }
}

function render(request: JolokiaRequest): object {
  const config = { serializeLong: 'string', ignoreErrors: false }
  if (request.type === 'exec' || request.longestList === undefined) return { ...request, config }
  const { longestList, ...rest } = request
  return { ...rest, config: { ...config, maxCollectionSize: longestList } }
}

function parse({ status, text }: Reply): readonly (Answer | undefined)[] {
  let answers: unknown
  try {
    answers = JSON.parse(text)
  } catch {
    throw new Error(`Jolokia answered ${status}: ${firstLine(text)}`) // plain text for a request that it cannot read
  }
  if (!Array.isArray(answers)) throw new Error(`Jolokia: ${firstLine(String((answers as Partial<Answer> | null)?.error ?? text))}`)
  return answers.map((answer) => (typeof answer === 'object' && answer !== null ? (answer as Answer) : undefined))
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 500) ?? ''
}

type Peer = { readonly agent: http.Agent; readonly host: string; readonly port: number }

function post(peer: Peer, body: string, timeoutMs: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { ...peer, path: '/jolokia/', method: 'POST', headers: { 'content-type': 'application/json' } },
      (response) => {
        const parts: Buffer[] = []
        let size = 0
        response.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > LARGEST_ANSWER) request.destroy(new Error(`Jolokia's answer is larger than ${LARGEST_ANSWER} bytes`))
          else parts.push(chunk)
        })
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }))
        response.on('error', reject)
      },
    )
    // For the whole answer: a peer that sends a byte a second is as silent as one that sends none.
    const deadline = setTimeout(() => request.destroy(new Error(`no answer from Cassandra's JVM within ${timeoutMs / 1000} s`)), timeoutMs)
    request.on('close', () => clearTimeout(deadline))
    request.on('error', reject)
    request.end(body)
  })
}
