// The operator: settings, stores, election, controllers, probes. Wiring only.

import { createClient } from '../kube/client.ts'
import { loadKubeConfig } from '../kube/config.ts'
import { createRecorder } from '../kube/events.ts'
import { watchHealth } from '../kube/health.ts'
import { createHttp } from '../kube/http.ts'
import { campaign } from '../kube/lease.ts'
import { createQueue, type Queue } from '../kube/queue.ts'
import { createLogger } from '../lib/logger.ts'
import { createAgentClients } from './agents/clients.ts'
import { createClusterController } from './controllers/cluster.ts'
import { countWrites } from './count-writes.ts'
import { decide } from './decide/order.ts'
import { serve } from './server.ts'
import { readSettings } from './settings.ts'
import { createStores } from './stores.ts'
import { realWorld } from './world.ts'

const log = createLogger('ringkeeper')
const config = loadKubeConfig(process.env)
const settings = readSettings(process.env, config.namespace)
const http = countWrites(createHttp(config))
const client = createClient(http)
const stop = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stop.abort())

let queue: Queue | undefined
const warn = (message: string): void => log.warn(message)
// Only the leader has a queue; a follower keeps its stores warm.
const stores = createStores(client, (namespace, name) => queue?.add(`${namespace}/${name}`), warn)
let synced = false
const health = () =>
  watchHealth(
    stores.all.map((store) => store.silentMs()),
    http.answeringMs(),
  )
serve(settings.port, { alive: () => !synced || health() !== 'stalled', ready: () => synced && health() === 'good' })
for (const store of stores.all) void store.run(stop.signal)
const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
await Promise.race([Promise.all(stores.all.map((store) => store.synced)), stopped])
synced = true

const election = { client, namespace: settings.namespace, name: 'ringkeeper-operator', identity: settings.identity, log: warn }
const end = await campaign(election, stop.signal, async (epoch, lost) => {
  const agents = createAgentClients()
  const controller = createClusterController({
    client,
    stores,
    world: realWorld,
    epoch,
    ownImage: settings.image,
    decide,
    agentClient: agents.of,
    record: createRecorder(client, settings.identity, warn),
    log: (message, detail) => log.info(detail, message),
  })
  const work = createQueue(controller.reconcile, (key, error) => log.error({ key, err: error }, 'a pass failed'))
  queue = work
  for (const { metadata } of stores.clusters.all()) work.add(`${metadata.namespace}/${metadata.name}`)
  await new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve(), { once: true }))
  queue = undefined
  await work.stop()
  agents.close()
})
log.info({ end }, 'the operator ends')
process.exit(end === 'lost' ? 1 : 0)
