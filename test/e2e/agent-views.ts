import https from 'node:https'
import type { AgentView } from '../../api/agent.ts'
import type { CassandraNode } from '../../api/objects.ts'
import type { Kubectl } from './kubectl.ts'

type Secret = { readonly data: Readonly<Record<string, string>> }

/** What every agent says, read as the operator reads it: over mutual TLS with the operator's certificate. */
export async function agentViews(kubectl: Kubectl, namespace: string, cluster: string): Promise<ReadonlyMap<string, AgentView>> {
  const secret = await kubectl.get<Secret>(['-n', namespace, 'secret', `${cluster}-operator`])
  if (secret === undefined) throw new Error(`no Secret ${cluster}-operator`)
  const pem = (key: string) => Buffer.from(secret.data[key] ?? '', 'base64').toString()
  const nodes = (await kubectl.get<{ items: CassandraNode[] }>(['-n', namespace, 'cassn']))?.items ?? []
  const views = await Promise.all(
    nodes
      .filter((node) => node.spec.clusterRef.name === cluster)
      .map(async (node) => {
        const pod = await kubectl.get<{ status: { podIP?: string } }>(['-n', namespace, 'pod', node.metadata.name])
        const view = await fetchView(pod?.status.podIP ?? '', { cert: pem('tls.crt'), key: pem('tls.key'), ca: pem('ca.crt') })
        return [node.metadata.name, view] as const
      }),
  )
  return new Map(views)
}

function fetchView(ip: string, tls: { cert: string; key: string; ca: string }): Promise<AgentView> {
  return new Promise((resolve, reject) => {
    const request = https.get(
      { host: ip, port: 8443, path: '/v1/view', ...tls, checkServerIdentity: () => undefined, timeout: 10_000 },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          response.statusCode === 200 ? resolve(JSON.parse(text) as AgentView) : reject(new Error(`${response.statusCode}: ${text}`)),
        )
      },
    )
    request.on('timeout', () => request.destroy(new Error(`the agent at ${ip} does not answer`)))
    request.on('error', reject)
  })
}

/** What an agent answers to somebody without a certificate of its authority. */
export function tlsRefusal(ip: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: ip, port: 8443, path: '/v1/view', rejectUnauthorized: false, timeout: 10_000 }, (response) => {
      response.resume()
      reject(new Error(`it was let in and answered ${response.statusCode}`))
    })
    request.on('error', (error) => resolve(error.message))
  })
}
