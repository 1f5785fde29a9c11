// The agent's API for the operator (mutual TLS, api/agent.ts) and the plain probes for the kubelet.
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { AGENT_PORT, type GrantRequest, type JobRequest, OPERATOR_COMMON_NAME, PROBE_PORT } from '../api/agent.ts'
import { AGENT_TLS_DIR } from '../api/paths.ts'
import type { Routes } from './routes.ts'

type Answer = { readonly status: number; readonly body: unknown }

const LARGEST_BODY = 256 * 1024

export function serve(routes: Routes): void {
  const server = https.createServer(
    { ...readTls(), requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
    (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      const authorized = peer.subject?.CN === OPERATOR_COMMON_NAME
      const answer = authorized ? route(routes, request) : Promise.resolve({ status: 403, body: { message: 'only the operator may ask' } })
      answer
        .catch((error: unknown): Answer => ({ status: 500, body: { message: error instanceof Error ? error.message : String(error) } }))
        .then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/json' })
          response.end(JSON.stringify(body))
        })
        .catch(() => response.destroy())
    },
  )
  server.listen(AGENT_PORT)
  // The kubelet renews the mounted files in place; the certificate is read again without a restart.
  setInterval(() => server.setSecureContext(readTls()), 60_000).unref()
  http
    .createServer((request, response) => {
      const good = request.url === '/healthz' || (request.url === '/ready' && routes.serving())
      response.writeHead(good ? 200 : 503)
      response.end(good ? 'ok\n' : 'not serving\n')
    })
    .listen(PROBE_PORT)
}

async function route(routes: Routes, request: http.IncomingMessage): Promise<Answer> {
  const path = request.url ?? ''
  const job = /^\/v1\/jobs\/([\w.-]{1,80})$/.exec(path)?.[1]
  if (request.method === 'GET' && path === '/v1/view') return { status: 200, body: await routes.view() }
  if (request.method === 'GET' && job !== undefined) return found(routes.job(job))
  if (request.method !== 'PUT') return { status: 404, body: { message: `no ${request.method} ${path}` } }
  const body = JSON.parse(await readBody(request)) as { readonly epoch: number }
  if (!(await routes.admit(body.epoch))) {
    return { status: 409, body: { reason: 'StaleEpoch', message: `epoch ${body.epoch} is older than the newest one seen` } }
  }
  if (path === '/v1/epoch') return { status: 200, body: { accepted: true, message: 'kept' } }
  if (path === '/v1/grant') return { status: 200, body: await routes.grant((body as GrantRequest).grant) }
  if (job !== undefined) return { status: 200, body: await routes.startJob(job, (body as JobRequest).job) }
  return { status: 404, body: { message: `no PUT ${path}` } }
}

function found(value: unknown): Answer {
  return value === undefined ? { status: 404, body: { message: 'unknown' } } : { status: 200, body: value }
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > LARGEST_BODY) throw new Error('the request is too large')
  }
  return text
}

function readTls(): { cert: string; key: string; ca: string } {
  const file = (name: string): string => readFileSync(join(AGENT_TLS_DIR, name), 'utf8')
  return { cert: file('tls.crt'), key: file('tls.key'), ca: file('ca.crt') }
}
