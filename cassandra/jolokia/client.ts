// Cassandra's MBeans through the Jolokia agent in its JVM, on loopback. An answer says in its body whether it succeeded,
// with HTTP 200 either way; 64-bit numbers are asked for as text, or JavaScript would round them.
import http from 'node:http'
import type { Fact } from '../../lib/result.ts'
import { known, unknown } from '../../lib/result.ts'

export type JolokiaRequest =
  | { readonly type: 'read'; readonly mbean: string; readonly attribute: string | readonly string[] }
  | { readonly type: 'exec'; readonly mbean: string; readonly operation: string; readonly arguments: readonly unknown[] }

export type JolokiaClient = {
  /** One round trip for all; an answer that failed is Unknown with Cassandra's words, the others are good. */
  readonly bulk: (requests: readonly JolokiaRequest[], timeoutMs?: number) => Promise<readonly Fact<unknown>[]>
  /** One operation; throws with Cassandra's words. A lost answer does not mean that it did not run. */
  readonly exec: (mbean: string, operation: string, args: readonly unknown[], timeoutMs?: number) => Promise<unknown>
}

type Answer = { readonly status: number; readonly value?: unknown; readonly error?: string }

export function createJolokia(port: number, host = '127.0.0.1'): JolokiaClient {
  // One connection is kept, so that a probe every second does not open and close sockets for ever.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  const bulk: JolokiaClient['bulk'] = async (requests, timeoutMs = 10_000) => {
    const body = JSON.stringify(requests.map((request) => ({ ...request, config: { serializeLong: 'string', ignoreErrors: false } })))
    const answers = parse(await post(agent, host, port, body, timeoutMs))
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

function parse(text: string): readonly Answer[] {
  const answers: unknown = JSON.parse(text)
  if (!Array.isArray(answers)) throw new Error(`Jolokia: ${firstLine(String((answers as Answer).error ?? text))}`)
  return answers as Answer[]
}

function firstLine(text: string): string {
  return text.split('\n')[0]?.slice(0, 500) ?? ''
}

function post(agent: http.Agent, host: string, port: number, body: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host, port, path: '/jolokia/', method: 'POST', agent, headers: { 'content-type': 'application/json' }, timeout: timeoutMs },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
        response.on('error', reject)
      },
    )
    request.on('timeout', () => request.destroy(new Error(`no answer from Cassandra's JVM within ${timeoutMs / 1000} s`)))
    request.on('error', reject)
    request.end(body)
  })
}
