// The agent beside one Cassandra node: decides its start, follows it, and answers the operator.
import { setTimeout as delay } from 'node:timers/promises'
import { DATA_DIR, MARKER_DIR, RUN_DIR } from '../api/paths.ts'
import { createJolokia } from '../cassandra/jolokia/client.ts'
import { JOLOKIA_PORT } from '../cassandra/model/java-arguments.ts'
import { createJobs, performWith } from './jobs/jobs.ts'
import { openJournal } from './journal.ts'
import { createNode } from './node.ts'
import { createRoutes } from './routes.ts'
import { resolveSeeds } from './seeds.ts'
import { serve } from './server.ts'
import { readSettings } from './settings.ts'

const TICK_MS = 500

// The kubelet ends this process after Cassandra; there is nothing to keep. First of all, because the first process of a
// container does not hear a signal that it has no handler for.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0))

const settings = readSettings(process.env)
const jolokia = createJolokia(JOLOKIA_PORT)
const journal = await openJournal(MARKER_DIR)
const node = createNode({
  settings,
  jolokia,
  folders: { run: RUN_DIR, data: DATA_DIR, marker: MARKER_DIR },
  resolve: resolveSeeds,
  now: () => Math.round(performance.timeOrigin + performance.now()),
})
serve(createRoutes(settings, node, createJobs(journal, performWith(jolokia)), journal))

let last = ''
for (;;) {
  const said = await node.tick().then(
    () => `${node.start().phase}: ${node.start().message}`,
    (error: unknown) => `error: ${error instanceof Error ? error.message : String(error)}`,
  )
  if (said !== last) process.stdout.write(`${new Date().toISOString()} ${said}\n`)
  last = said
  await delay(TICK_MS)
}
