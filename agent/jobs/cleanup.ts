import { beans, operations } from '../../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'
import type { Report } from './report.ts'

const LONGEST_MS = 7 * 86_400_000

/** Drops the data of ranges that other nodes have taken over; one compaction at a time, keyspace after keyspace. */
export async function cleanUp(jolokia: JolokiaClient, report: Report): Promise<string> {
  const [fact] = await jolokia.bulk([{ type: 'read', mbean: beans.storageService, attribute: 'NonLocalStrategyKeyspaces' }])
  if (fact === undefined || !fact.known) throw new Error(fact?.message ?? 'no answer')
  const keyspaces = fact.value as readonly string[]
  for (const [index, keyspace] of keyspaces.entries()) {
    report(`cleaning up ${keyspace}`, index / keyspaces.length)
    const result = await jolokia.exec(beans.storageService, operations.cleanup, [1, keyspace, []], LONGEST_MS)
    // 1: aborted, 2: compactions in the way could not be stopped. Neither is an exception.
    if (Number(result) !== 0) throw new Error(`cleanup of ${keyspace} answered ${result}`)
  }
  return `${keyspaces.length} keyspaces cleaned up`
}
