// Drain before stop: launcher/stop.sh asks in the name of one life of the container and waits for the answer. Readiness
// goes first (node.ts), then CQL and gossip say goodbye and the memtables are flushed, so that nothing is left to replay.
import { access, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beans, operations } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../cassandra/jolokia/client.ts'

/** Longer than any grace period; the end of the JVM ends the call too. */
const LONGEST_MS = 3_600_000
const POLL_MS = 500
/** A node that is none yet, or none any more, has nothing to say goodbye to. */
const IDLE_MODES: readonly string[] = ['STARTING', 'JOINING', 'JOINING_FAILED', 'DRAINED', 'DECOMMISSIONED']

export async function isStopAsked(runDir: string, id: string): Promise<boolean> {
  try {
    await access(stopFile(runDir, 'stop', id))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** Answers that it was heard, drains, and answers that it is done, whatever came of it: the kubelet stops the JVM in any case. */
export async function stop(runDir: string, id: string, jolokia: JolokiaClient): Promise<string> {
  await writeFile(stopFile(runDir, 'draining', id), '')
  const outcome = await drain(jolokia).catch((error: unknown) => `not drained: ${error instanceof Error ? error.message : String(error)}`)
  await writeFile(stopFile(runDir, 'stopped', id), `${outcome}\n`)
  return outcome
}

/** Once: a second call while the first runs, or after it, does nothing good. */
export async function drain(jolokia: JolokiaClient, pollMs = POLL_MS): Promise<string> {
  let mode = await operationMode(jolokia)
  while (mode === 'DRAINING') {
    await delay(pollMs)
    mode = await operationMode(jolokia)
  }
  if (mode === undefined) return 'nothing to drain: Cassandra does not answer'
  if (IDLE_MODES.includes(mode)) return `nothing to drain: Cassandra is ${mode}`
  await jolokia.exec(beans.storageService, operations.drain, [], LONGEST_MS)
  return 'drained'
}

/** undefined when there is no answer: it still starts, or it is dead. */
async function operationMode(jolokia: JolokiaClient): Promise<string | undefined> {
  const request = { type: 'read', mbean: beans.storageService, attribute: 'OperationMode' } as const
  const [fact] = await jolokia.bulk([request], 4_000).catch(() => [])
  return fact?.known === true ? String(fact.value) : undefined
}

function stopFile(runDir: string, kind: 'stop' | 'draining' | 'stopped', id: string): string {
  return join(runDir, 'start', `${kind}-${id}`)
}
