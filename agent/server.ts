// The agent's API for the operator (mutual TLS, api/agent.ts) and the plain probes for the kubelet.
import http from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { AGENT_PORT, OPERATOR_COMMON_NAME, PROBE_PORT } from '../api/agent.ts'
import { AGENT_TLS_DIR } from '../api/paths.ts'
import { type Answer, handle } from './requests.ts'
import type { Routes } from './routes.ts'
import { openTlsFiles } from './tls-files.ts'

export type ServerOptions = { readonly tlsDir: string; readonly agentPort: number; readonly probePort: number }

const inPod: ServerOptions = { tlsDir: AGENT_TLS_DIR, agentPort: AGENT_PORT, probePort: PROBE_PORT }
/** Has to be said again with every new certificate, or older versions would be let in. */
const minVersion = 'TLSv1.3'
const TLS_POLL_MS = 3_000
/** Nobody may hold a connection by sending slowly. */
const patience = { headersTimeout: 10_000, requestTimeout: 30_000 }

export type Servers = {
  readonly agent: https.Server
  readonly probes: http.Server
  /** Looks now whether the mounted files have changed. */
  readonly followTls: () => void
}

export function serve(routes: Routes, { tlsDir, agentPort, probePort } = inPod): Servers {
  const tls = openTlsFiles(tlsDir, (message) => process.stdout.write(`${new Date().toISOString()} ${message}\n`))
  const withTls: Routes = {
    ...routes,
    view: async () => {
      const own = tls.view()
      return { ...(await routes.view()), ...(own === undefined ? {} : { tls: own }) }
    },
  }
  const agent = https.createServer(
    { ...tls.poll(), ...patience, requestCert: true, rejectUnauthorized: true, minVersion },
    (request, response) => {
      const peer = (request.socket as TLSSocket).getPeerCertificate()
      const answer: Promise<Answer> =
        peer.subject?.CN === OPERATOR_COMMON_NAME
          ? handle(withTls, request)
          : Promise.resolve({ status: 403, body: { message: 'only the operator may ask' } })
      answer
        .then(({ status, body }) => {
          const text = JSON.stringify(body)
          response.writeHead(status, { 'content-type': 'application/json' })
          response.end(text)
        })
        .catch(() => response.destroy())
    },
  )
  agent.listen(agentPort)
  // Connections that stand go on with what they were made with; each new one is judged by the new files.
  const followTls = (): void => {
    const changed = tls.poll()
    if (changed !== undefined) agent.setSecureContext({ ...changed, minVersion })
  }
  setInterval(followTls, TLS_POLL_MS).unref()
  const probes = http.createServer(patience, (request, response) => {
    const good = request.url === '/healthz' || (request.url === '/ready' && routes.serving())
    response.writeHead(good ? 200 : 503)
    response.end(good ? 'ok\n' : 'not serving\n')
  })
  probes.listen(probePort)
  return { agent, probes, followTls }
}
