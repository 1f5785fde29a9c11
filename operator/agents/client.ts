// Mutual TLS to the agents. Whom we talk to is proved by the node's uid in its certificate: addresses change hands.
import https from 'node:https'
import type { PeerCertificate } from 'node:tls'
import { AGENT_PORT, type AgentView, type Grant, type Job, type JobStatus, type Receipt } from '../../api/agent.ts'
import { type Fact, known, unknown } from '../../lib/result.ts'

export type AgentAddress = { readonly ip: string; readonly nodeUID: string }
export type ClientCredentials = { readonly cert: string; readonly key: string; readonly ca: string }

export type AgentClient = {
  /** The epoch tells the agent who leads now, so that a leader before can do nothing there any more. */
  readonly view: (address: AgentAddress, epoch: number) => Promise<Fact<AgentView>>
  readonly grant: (address: AgentAddress, epoch: number, grant: Grant) => Promise<Receipt>
  readonly startJob: (address: AgentAddress, epoch: number, id: string, job: Job) => Promise<JobStatus>
  /** Connections end when the last request on its way is answered. */
  readonly close: () => void
}

const TIMEOUT_MS = 8_000
const LARGEST_ANSWER = 4 * 2 ** 20

/** @param port of the agents, for tests that have no pods */
export function createAgentClient(credentials: ClientCredentials, port = AGENT_PORT): AgentClient {
  let running = 0
  let isClosed = false
  const agent = new https.Agent({ keepAlive: true, ...credentials, minVersion: 'TLSv1.3' })
  const call = async (address: AgentAddress, method: 'GET' | 'PUT', path: string, body?: unknown): Promise<unknown> => {
    running++
    try {
      return await ask(address, method, path, body)
    } finally {
      running--
      if (isClosed && running === 0) agent.destroy()
    }
  }
  const ask = (address: AgentAddress, method: 'GET' | 'PUT', path: string, body?: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body)
      const request = https.request(
        {
          agent,
          host: address.ip,
          port,
          servername: address.nodeUID,
          method,
          path,
          timeout: TIMEOUT_MS,
          headers: text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
          checkServerIdentity: (_, certificate) => otherNode(certificate, address.nodeUID),
        },
        (response) => {
          const parts: Buffer[] = []
          let size = 0
          response.on('data', (chunk: Buffer) => {
            size += chunk.length
            if (size > LARGEST_ANSWER) request.destroy(new Error('the answer is too large'))
            parts.push(chunk)
          })
          response.on('error', reject)
          response.on('end', () => {
            const answer = Buffer.concat(parts).toString('utf8')
            if (response.statusCode === 200) resolve(JSON.parse(answer))
            else reject(new Error(`${response.statusCode}: ${answer.slice(0, 300)}`))
          })
        },
      )
      request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
      request.on('error', reject)
      request.end(text)
    })
  return {
    view: async (address, epoch) => {
      try {
        return known((await call(address, 'GET', `/v1/view?epoch=${epoch}`)) as AgentView, Date.now())
      } catch (error) {
        return unknown('NoAnswer', explain(error))
      }
    },
    grant: async (address, epoch, grant) => (await call(address, 'PUT', '/v1/grant', { epoch, grant })) as Receipt,
    startJob: async (address, epoch, id, job) => (await call(address, 'PUT', `/v1/jobs/${id}`, { epoch, job })) as JobStatus,
    close: () => {
      isClosed = true
      if (running === 0) agent.destroy()
    },
  }
}

/** Stands in while there is no certificate to show: every agent is silent. */
export function noAgents(message: string): AgentClient {
  return {
    view: async () => unknown('NoAnswer', message),
    grant: () => Promise.reject(new Error(message)),
    startJob: () => Promise.reject(new Error(message)),
    close: () => undefined,
  }
}

/** An agent of lost Secrets is met with a refusal by either side; both end when the kubelet has put the new files in place. */
function explain(error: unknown): string {
  const { message, code = '' } = error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  if (/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_)/.test(code)) {
    return `its certificate is not accepted (${message}); the kubelet brings a new one within two minutes after its Secret was made anew`
  }
  if (code === 'ECONNRESET' || code.startsWith('ERR_SSL_')) {
    return `${message}; if it refuses our certificate, it will trust it within two minutes after its Secret was written`
  }
  return message
}

function otherNode(certificate: PeerCertificate, nodeUID: string): Error | undefined {
  return certificate.subjectaltname?.split(', ').includes(`DNS:${nodeUID}`) ? undefined : new Error('another node answers at this address')
}
