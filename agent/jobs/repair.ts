import { setTimeout as delay } from 'node:timers/promises'
import { beans, operations } from '../../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import type { Report } from './report.ts'

const POLL_MS = 500
/** A JVM that collects garbage is silent for a while; one that has ended stays silent. */
const LONGEST_SILENCE_MS = 60_000
const options = { parallelism: 'parallel', incremental: 'false', primaryRange: 'true', trace: 'false' }

/** Full repair of a keyspace over the primary ranges of this node; on every node it covers the ring. Throws with Cassandra's words when it fails. */
export async function repair(jolokia: JolokiaClient, keyspace: string, report: Report, pollMs = POLL_MS): Promise<string> {
  const life = await startTime(jolokia)
  const command = Number(await jolokia.exec(beans.storageService, operations.repair, [keyspace, options]))
  if (command === 0) return 'nothing to repair'
  let silentSince: number | undefined
  for (;;) {
    await delay(pollMs)
    const answer = await poll(jolokia, command)
    if (answer === undefined) {
      silentSince ??= performance.now()
      if (performance.now() - silentSince > LONGEST_SILENCE_MS) throw new Error('Cassandra does not answer any more')
      continue
    }
    silentSince = undefined
    // Each life of the JVM counts its commands from 1: the same number is another repair then.
    if (answer.life !== life) throw new Error('Cassandra was restarted while it repaired')
    const [state = 'QUEUED', ...messages] = answer.status
    if (state === 'COMPLETED') return `${keyspace} repaired`
    if (state === 'FAILED') throw new Error(`repair of ${keyspace}: ${messages.join('; ').slice(0, 800)}`)
    report(`repairing ${keyspace}: ${state.toLowerCase()}`)
  }
}

const runtime = { type: 'read', mbean: 'java.lang:type=Runtime', attribute: 'StartTime' } as const

async function startTime(jolokia: JolokiaClient): Promise<string> {
  const [fact] = await jolokia.bulk([runtime])
  if (fact === undefined || !fact.known) throw new Error(fact?.message ?? 'no answer')
  return String(fact.value)
}

/** @returns undefined when there is no answer; an empty status while the command is queued */
async function poll(jolokia: JolokiaClient, command: number): Promise<{ life: string; status: readonly string[] } | undefined> {
  const status = { type: 'exec', mbean: beans.storageService, operation: operations.repairStatus, arguments: [command] } as const
  const [life, fact] = await jolokia.bulk([runtime, status]).catch(() => [])
  if (life?.known !== true || fact?.known !== true) return undefined
  return { life: String(life.value), status: Array.isArray(fact.value) ? fact.value.map(String) : [] }
}
