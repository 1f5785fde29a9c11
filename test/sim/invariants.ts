// What must hold after every step of every run (safety.md section 1, as far as it concerns creating and growing).
import { LABEL } from '../../api/labels.ts'
import type { CassandraNode } from '../../api/objects.ts'
import { quorumLostWithout, type Ring } from '../../cassandra/model/availability.ts'
import { deepEqual } from '../../lib/deep-equal.ts'
import type { Jvm } from './cassandra.ts'
import { clusterOf, NAMESPACE, type Recorded, type Sim } from './sim.ts'
import { userKeyspaces, type Volume } from './volume.ts'

type Judge = {
  /** The rule that is broken now, with what breaks it. */
  readonly afterStep: () => string | undefined
  /** What a settled cluster must look like. */
  readonly atEnd: () => string | undefined
}

export function createJudge(sim: Sim): Judge {
  let judged = 0
  let version = ''
  return {
    afterStep: () => {
      const broken = judgeProcesses(sim)
      if (broken !== undefined) return broken
      for (; judged < sim.happened.length; judged++) {
        const problem = judge(sim.happened[judged] as Recorded, judged, sim)
        if (problem !== undefined) return problem
      }
      if (version === sim.api.version()) return undefined
      version = sim.api.version()
      return judgeObjects(sim)
    },
    atEnd: () => judgeEnd(sim),
  }
}

function judgeProcesses(sim: Sim): string | undefined {
  let joining: Jvm | undefined
  for (const jvm of sim.ring.values()) {
    for (const other of sim.ring.values())
      if (other !== jvm && other.hostID === jvm.hostID) return `INV-5: two processes run as host id ${jvm.hostID}`
    if (jvm.mode !== 'JOINING' && jvm.mode !== 'JOINING_FAILED') continue
    if (joining !== undefined) return `INV-2: ${joining.settings.node} and ${jvm.settings.node} join at once`
    joining = jvm
  }
  return undefined
}

function judgeObjects(sim: Sim): string | undefined {
  const records = sim.api.list('/apis/ringkeeper.io/v1alpha1/cassandranodes')
  const owners = new Set(records.map(({ metadata }) => metadata.uid))
  // What two leaders made for a record that is gone is swept away by itself.
  const pods = sim.api.list('/api/v1/pods').filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => owners.has(uid))).length
  const [budget] = sim.api.list('/apis/policy/v1/poddisruptionbudgets')
  const protectedNodes = (budget?.spec as { readonly minAvailable: number } | undefined)?.minAvailable ?? 0
  if (pods > 0 && protectedNodes < pods - 1) return `INV-14: ${pods} pods, but the budget protects ${protectedNodes}`
  const members = [...sim.volumes.values()].filter(({ data }) => data?.isBootstrapped).length
  if ([...sim.ring.values()].some(({ mode }) => mode === 'JOINING') && protectedNodes < members)
    return `INV-14: a node joins, and the budget protects ${protectedNodes} of ${members} members`
  const asked = sim.mostNodesAsked()
  return records.length > asked ? `INV-2: ${records.length} records of nodes, though at most ${asked} were ever asked for` : undefined
}

function judge(happened: Recorded, index: number, sim: Sim): string | undefined {
  switch (happened.kind) {
    case 'obeyed':
      return happened.epoch < happened.highest ? `INV-2: an agent obeyed epoch ${happened.epoch} after ${happened.highest}` : undefined
    case 'granted':
      return judgeGrant(happened, sim)
    case 'first-start':
      return judgeFirstStart(happened, index, sim)
    case 'job':
      return judgeJob(happened, index, sim)
    case 'write':
      return judgeWrite(happened, sim)
  }
}

type Of<Kind extends Recorded['kind']> = Extract<Recorded, { readonly kind: Kind }>

function judgeGrant({ grant, volume, podUID, status }: Of<'granted'>, sim: Sim): string | undefined {
  const { operation, initializedAt, bootstrap } = status
  const what = `${grant.kind} for node ${grant.nodeUID}`
  if (grant.podUID !== podUID) return `INV-5: ${what} names another pod`
  if (grant.kind === 'Join') {
    const isAgain = operation?.type === 'Bootstrap' && initializedAt === undefined
    if (!isAgain && (operation?.type !== 'AddNode' || operation.nodeUID !== grant.nodeUID))
      return `INV-11: ${what} without a journalled operation`
    // Several may have joined and ended before anybody could write it down; they start again one by one.
    const down = [...sim.volumes.values()].find(
      (member) => member.uid !== volume && isDown(member, sim) && !(isAgain && member.marker?.state !== 'Joined'),
    )
    if (down !== undefined) return `INV-2: ${what}, while ${down.marker?.nodeUID} is down`
    const other = [...sim.volumes.values()].find(
      ({ uid, marker, data }) => uid !== volume && marker?.grant?.kind === 'Join' && data?.isBootstrapped !== true && isMounted(uid, sim),
    )
    return other === undefined ? undefined : `INV-2: ${what}, while ${other.marker?.nodeUID} holds a grant`
  }
  if (initializedAt !== undefined) return `INV-4: ${what} after the ring was initialised`
  if (operation?.type !== 'Bootstrap') return `INV-11: ${what} without a journalled operation`
  if (grant.kind === 'FirstNode') {
    const { nodeUID, pvcUID } = bootstrap?.firstNode ?? {}
    return nodeUID === grant.nodeUID && pvcUID === volume ? undefined : `INV-4: ${what}, but ${nodeUID} is recorded as the first`
  }
  const seen = [...sim.ring.values()].flatMap(({ schema }) => userKeyspaces(schema))
  const keyspace = seen.find(({ at }) => sim.clock.now() - at > slack(sim))
  return keyspace === undefined ? undefined : `INV-6: ${what}, though keyspace ${keyspace.name} may hold data`
}

function judgeFirstStart({ start, status }: Of<'first-start'>, index: number, sim: Sim): string | undefined {
  const grant = sim.volumes.get(start.volume)?.marker?.grant
  if (grant?.podUID !== start.podUID) return `INV-5: pod ${start.podUID} starts an empty node with the grant of ${grant?.podUID}`
  if (start.how === 'Bootstrap') return undefined
  if (status.initializedAt !== undefined) return `INV-6: ${start.nodeUID} starts without its data in a ring that is initialised`
  const record = recordOf(start.nodeUID, sim)
  if (!deepEqual(record?.spec.initialTokens, start.tokens)) return `INV-4: ${start.nodeUID} starts with other tokens than recorded`
  if (!start.isOwnSeed) return undefined
  if (status.bootstrap?.firstNode?.pvcUID !== start.volume) return `INV-4: ${start.nodeUID} begins a ring and is not recorded as the first`
  const other = sim.happened
    .slice(0, index)
    .find((earlier) => earlier.kind === 'first-start' && earlier.start.isOwnSeed && earlier.start.volume !== start.volume)
  return other === undefined ? undefined : `INV-4: ${start.nodeUID} begins a second ring`
}

function judgeJob({ id, volume, job, status }: Of<'job'>, index: number, sim: Sim): string | undefined {
  const again = sim.happened.slice(0, index).some((earlier) => earlier.kind === 'job' && earlier.id === id && earlier.volume === volume)
  if (again) return `INV-11: job ${id} runs a second time`
  if (job !== 'cleanup') return undefined
  const name = recordOf(sim.volumes.get(volume)?.marker?.nodeUID ?? '', sim)?.metadata.name ?? ''
  if (!status.cleanup?.pending.includes(name)) return `INV-11: a cleanup of ${name} without a durable intent`
  const joining = [...sim.ring.values()].find(({ mode }) => mode === 'JOINING')
  return joining === undefined ? undefined : `H32: ${name} is cleaned up while ${joining.settings.node} joins`
}

function judgeWrite({ verb, path, uid, seen }: Of<'write'>, sim: Sim): string | undefined {
  if (!path.includes(`/namespaces/${NAMESPACE}/`)) return `INV-10: ${verb} ${path} leaves the namespace`
  if (path.includes('/cassandraclusters/') && !path.endsWith('/status')) return `INV-10: ${verb} ${path} writes what is the user's`
  if (verb !== 'delete') return undefined
  if (seen !== uid) return `INV-1: ${path} is deleted as ${uid}, though ${seen} was seen`
  const volume = [...sim.volumes.values()].find(({ marker }) => path.endsWith(`/${nameOf(marker?.nodeUID ?? '', sim)}`))
  if (path.includes('/cassandranodes/')) {
    const held = [...sim.volumes.values()].find(
      ({ marker }) => marker?.nodeUID !== undefined && recordOf(marker.nodeUID, sim) === undefined,
    )
    return held !== undefined && held.marker?.state !== 'Empty' && isMounted(held.uid, sim)
      ? `INV-2: the record of ${held.marker?.nodeUID} goes, which is ${held.marker?.state}`
      : undefined
  }
  return volume === undefined ? undefined : judgeDisruption(volume, uid, sim)
}

/** Deleting the pod of a member that serves must leave every range the quorum that it has. */
function judgeDisruption(volume: Volume, podUID: string | undefined, sim: Sim): string | undefined {
  const jvm = [...sim.ring.values()].find((other) => other.volume === volume && other.podUID === podUID)
  if (jvm === undefined || !jvm.isServing) return undefined
  // One that ended in the moment in which it joined is a member only if somebody has heard of it.
  const heard = new Set([...sim.ring.values()].flatMap(({ view }) => [...view.values()].map(({ state }) => state.hostID)))
  const members = [...sim.volumes.values()].filter(({ data }) => data?.isBootstrapped === true && heard.has(data.hostID))
  const owners = members
    .flatMap(({ uid, data, marker }) =>
      (data?.tokens ?? []).map((token) => ({ token: BigInt(token), node: uid, rack: marker?.rack ?? '' })),
    )
    .sort((a, b) => (a.token < b.token ? -1 : 1))
  const keyspaces = [...jvm.schema.keyspaces].map(([name, { replication }]) => ({
    name,
    replicas: Number(replication.dc1 ?? replication.replication_factor),
    byRack: replication.dc1 !== undefined,
  }))
  const ring: Ring = { owners, keyspaces: keyspaces.filter(({ replicas }) => replicas > 2 && replicas <= members.length) }
  const away = new Set(members.filter((other) => other !== volume && isAway(other, sim)).map(({ uid }) => uid))
  const before = quorumLostWithout(ring, away).length
  const after = quorumLostWithout(ring, new Set([...away, volume.uid]))
  if (after.length <= before) return undefined
  const others = members.filter(({ uid }) => away.has(uid)).map(({ marker }) => nameOf(marker?.nodeUID ?? '', sim))
  return `INV-3: deleting the pod of ${jvm.settings.node} takes the quorum of ${after[0]?.keyspace}, ${others.join(', ')} being away`
}

function judgeEnd(sim: Sim): string | undefined {
  const cluster = clusterOf(sim.api)
  const records = sim.api.list('/apis/ringkeeper.io/v1alpha1/cassandranodes') as readonly CassandraNode[]
  const wanted = cluster.spec.nodes
  if (records.length !== wanted) return `end: ${records.length} records for ${wanted} nodes`
  const running = [...sim.ring.values()]
  if (running.length !== wanted || running.some(({ mode }) => mode !== 'NORMAL')) return `end: ${running.length} processes, not all NORMAL`
  const hostIDs = running.map(({ hostID }) => hostID).sort()
  const tokens = new Map(running.map((jvm) => [jvm.settings.nodeUID, [...(jvm.volume.data?.tokens ?? [])].sort()]))
  for (const jvm of running) {
    const listed = [...jvm.view.values()].map(({ state }) => state.hostID).sort()
    if (!deepEqual(listed, hostIDs)) return `end: two rings, or a ghost: ${jvm.settings.node} lists ${listed.length} of ${wanted} nodes`
  }
  if (new Set([...tokens.values()].flat()).size !== wanted * cluster.spec.numTokens) return 'end: tokens are lost or doubled'
  const streamed = new Set(
    sim.happened.flatMap((one) => (one.kind === 'first-start' && one.start.how === 'Bootstrap' ? [one.start.nodeUID] : [])),
  )
  for (const { spec, status, metadata } of records) {
    const jvm = running.find(({ settings }) => settings.nodeUID === spec.nodeUID)
    if (jvm?.hostID !== status?.hostID)
      return `end: the record of ${metadata.name} has host id ${status?.hostID}, it runs as ${jvm?.hostID}`
    if (!streamed.has(spec.nodeUID) && !deepEqual(tokens.get(spec.nodeUID), [...(spec.initialTokens ?? [])].sort()))
      return `end: ${metadata.name} has other tokens than were computed`
  }
  const replicas = new Set(running.map(({ schema }) => schema.keyspaces.get('system_auth')?.replication.dc1))
  if (!deepEqual([...replicas], [String(Math.min(3, wanted))])) return `end: system_auth has ${[...replicas]} replicas`
  const seeds = sim.api.list('/api/v1/pods').filter(({ metadata }) => metadata.labels?.[LABEL.seed] === 'true').length
  return seeds === Math.min(3, wanted) ? undefined : `end: ${seeds} seeds for ${wanted} nodes`
}

function recordOf(nodeUID: string, sim: Sim): CassandraNode | undefined {
  const records = sim.api.list('/apis/ringkeeper.io/v1alpha1/cassandranodes') as readonly CassandraNode[]
  return records.find(({ spec }) => spec.nodeUID === nodeUID)
}

function nameOf(nodeUID: string, sim: Sim): string {
  return recordOf(nodeUID, sim)?.metadata.name ?? '?'
}

function isMounted(volume: string, sim: Sim): boolean {
  return [...sim.pods.values()].some((pod) => pod.volume?.uid === volume && !pod.isStopping)
}

/** How old what an operator has seen may be when its step takes effect. */
function slack(sim: Sim): number {
  return 500 + sim.longestPause
}

function isDown({ uid, data, endedAt }: Volume, sim: Sim): boolean {
  if (data?.isBootstrapped !== true || endedAt === undefined || sim.clock.now() - endedAt <= slack(sim)) return false
  return ![...sim.ring.values()].some((jvm) => jvm.volume.uid === uid && jvm.isServing)
}

/** Its process does not serve or is being stopped, and not only since a moment ago. */
function isAway({ uid, endedAt = 0 }: Volume, sim: Sim): boolean {
  const pod = [...sim.pods.values()].find(({ volume, jvm }) => volume?.uid === uid && jvm?.isAlive === true)
  if (pod?.jvm?.isServing === true && !pod.isStopping) return false
  return sim.clock.now() - (pod?.stoppingSince ?? endedAt) > slack(sim)
}
