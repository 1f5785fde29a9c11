// The agent beside one Cassandra node: decides its start, follows it, and answers the operator.
import { setTimeout as delay } from 'node:timers/promises'
import { MARKER_DIR } from '../api/paths.ts'
import { createJolokia } from '../cassandra/jolokia/client.ts'
import { JOLOKIA_PORT } from '../cassandra/model/java-arguments.ts'
import { createJobs } from './jobs/jobs.ts'
import { openJournal } from './journal.ts'
import { createNode } from './node.ts'
import { createRoutes } from './routes.ts'
import { serve } from './server.ts'
import { readSettings } from './settings.ts'

const BUSY_MS = 500
const STEADY_MS = 2_000

const settings = readSettings(process.env)
const jolokia = createJolokia(JOLOKIA_PORT)
const journal = await openJournal(MARKER_DIR)
const node = createNode(settings, jolokia)
serve(createRoutes(settings, node, createJobs(journal, jolokia), journal))
// The kubelet ends this process after Cassandra; there is nothing to keep.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))

let last = ''
for (;;) {
  const said = await node.tick().then(
    () => `${node.start().phase}: ${node.start().message}`,
    (error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`,
  )
  if (said !== last) process.stdout.write(`${new Date().toISOString()} ${said}\n`)
  last = said
  await delay(node.serving() ? STEADY_MS : BUSY_MS)
}
