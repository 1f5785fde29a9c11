import { setTimeout as delay } from 'node:timers/promises'
import { beans, operations } from '../../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import type { Report } from './jobs.ts'

const POLL_MS = 500
const options = { parallelism: 'parallel', incremental: 'false', primaryRange: 'false', trace: 'false' }

/** Full repair of a keyspace over all ranges of this node; throws with Cassandra's words when it fails. */
export async function repair(jolokia: JolokiaClient, keyspace: string, report: Report): Promise<string> {
  const command = Number(await jolokia.exec(beans.storageService, operations.repair, [keyspace, options]))
  if (command === 0) return 'nothing to repair'
  for (;;) {
    const status = await jolokia.exec(beans.storageService, operations.repairStatus, [command])
    // null: still queued. A restart of the JVM loses the command; then exec throws, or the view shows the new start.
    const [state, ...messages] = Array.isArray(status) ? status.map(String) : ['QUEUED']
    if (state === 'COMPLETED') return `${keyspace} repaired`
    if (state === 'FAILED') throw new Error(`repair of ${keyspace}: ${messages.join('; ').slice(0, 800)}`)
    report(`repairing ${keyspace}: ${state?.toLowerCase()}`)
    await delay(POLL_MS)
  }
}
