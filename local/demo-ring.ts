import { setTimeout as delay } from 'node:timers/promises'
import type { CassandraCluster } from '../api/objects.ts'
import { query } from './cql.ts'
import type { Kubectl } from './kubectl.ts'
import { withPort } from './port-forward.ts'
import { say } from './progress.ts'

const PATIENCE_MS = 10 * 60_000
const QUERY = 'SELECT peer, rack FROM system.peers'

/** Waits until the cluster is Ready and says each thing that it does meanwhile; throws with its own words when it stalls. */
export async function watchRing(kubectl: Kubectl, namespace: string, name: string): Promise<void> {
  const endsAt = Date.now() + PATIENCE_MS
  let last = ''
  for (;;) {
    const cluster = JSON.parse(await kubectl(['-n', namespace, 'get', 'cass', name, '-o', 'json'])) as CassandraCluster
    const ready = cluster.status?.conditions?.find(({ type }) => type === 'Ready')
    if (ready?.status === 'True' && ready.observedGeneration === cluster.metadata.generation) return
    const words = ready === undefined ? 'waiting for the operator' : `${ready.reason}: ${ready.message}`
    if (words !== last) say(`  ${words}`)
    last = words
    if (Date.now() > endsAt)
      throw new Error(`${name} is not Ready after 10 minutes: ${words}\nsee: kubectl -n ${namespace} describe cass ${name}`)
    await delay(1_000)
  }
}

/** Asks each node, as the superuser, for the ring that it sees. */
export async function answer(kubectl: Kubectl, namespace: string, name: string): Promise<string> {
  const secret = JSON.parse(await kubectl(['-n', namespace, 'get', 'secret', `${name}-superuser`, '-o', 'json'])) as {
    data: Record<string, string>
  }
  const text = (key: string): string => Buffer.from(secret.data[key] ?? '', 'base64').toString()
  const login = { username: text('username'), password: text('password') }
  const pods = (await kubectl(['-n', namespace, 'get', 'pods', '-l', `ringkeeper.io/cluster=${name}`, '-o', 'name'])).trim().split('\n')
  const lines = await Promise.all(
    pods
      .map((pod) => pod.replace('pod/', ''))
      .map((pod) =>
        withPort(kubectl, namespace, pod, 9042, async (port) => {
          const rows = await query(`127.0.0.1:${port}`, login, QUERY)
          return `${pod}: ${QUERY} → ${rows.map((row) => `${String(row.peer)} ${String(row.rack)}`).join(', ')}`
        }),
      ),
  )
  return lines.join('\n')
}
