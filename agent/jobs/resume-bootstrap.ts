import { beans, operations } from '../../cassandra/jolokia/beans.ts'
import type { JolokiaClient } from '../../cassandra/jolokia/client.ts'

/** Takes a failed join up again; the ranges that have arrived are kept. The result shows in the operation mode. */
export async function resumeBootstrap(jolokia: JolokiaClient): Promise<string> {
  const started = await jolokia.exec(beans.storageService, operations.resumeBootstrap, [], 120_000)
  if (started !== true) throw new Error('Cassandra has nothing to resume')
  return 'resumed'
}
