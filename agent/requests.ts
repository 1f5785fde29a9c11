// One request of the operator (api/agent.ts): what it asks is checked here, for it may be newer or older than this agent.
import type { IncomingMessage } from 'node:http'
import type { Grant, Job } from '../api/agent.ts'
import type { Routes } from './routes.ts'

export type Answer = { readonly status: number; readonly body: unknown }

const LARGEST_BODY = 256 * 1024

/** Never throws: what cannot be answered is an answer too. */
export async function handle(routes: Routes, request: IncomingMessage): Promise<Answer> {
  try {
    return await route(routes, request)
  } catch (error) {
    if (error instanceof BadRequest) return say(error.status, error.message)
    return say(500, error instanceof Error ? error.message : String(error))
  }
}

async function route(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const path = request.url ?? ''
  const job = /^\/v1\/jobs\/([\w.-]{1,80})$/.exec(path)?.[1]
  const view = /^\/v1\/view(?:\?epoch=(\d{1,15}))?$/.exec(path)
  if (request.method === 'GET' && view !== null) {
    // Whoever leads looks before it acts: from its first look on, the leader before it can do nothing here.
    if (view[1] !== undefined) await routes.admit(Number(view[1]))
    return { status: 200, body: await routes.view() }
  }
  if (request.method === 'GET' && job !== undefined) {
    const status = routes.job(job)
    return status === undefined ? say(404, `no job ${job}`) : { status: 200, body: status }
  }
  if (request.method !== 'PUT') return say(404, `no ${request.method} ${path}`)
  const body = await readBody(request)
  const { epoch } = body
  // A missing epoch is smaller than no other: it would pass every comparison.
  if (!Number.isSafeInteger(epoch)) throw new BadRequest(400, 'the epoch is missing')
  if (!(await routes.admit(epoch as number))) {
    return { status: 409, body: { reason: 'StaleEpoch', message: `epoch ${epoch} is older than the newest one seen` } }
  }
  if (path === '/v1/grant') return { status: 200, body: await routes.grant(object(body.grant, 'grant') as Grant) }
  if (job !== undefined) return { status: 200, body: await routes.startJob(job, object(body.job, 'job') as Job) }
  return say(404, `no PUT ${path}`)
}

class BadRequest extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

function say(status: number, message: string): Answer {
  return { status, body: { message } }
}

function object(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadRequest(400, `the ${name} is missing`)
  return value as Readonly<Record<string, unknown>>
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    // What is too much is read to its end, so that the answer arrives, but not kept.
    if (size <= LARGEST_BODY) parts.push(chunk)
  }
  if (size > LARGEST_BODY) throw new BadRequest(413, `the request is larger than ${LARGEST_BODY} bytes`)
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(parts).toString('utf8'))
  } catch {
    throw new BadRequest(400, 'the request is not JSON')
  }
  return object(body, 'body')
}
