// May this container start Cassandra now, and how? Pure. Volume, record and grant must agree; whatever contradicts is
// refused and reported, never repaired here (safety.md section 0, launcher rule).
import type { Grant, Marker, NodeSettings } from '../../api/agent.ts'
import type { Reason } from '../../api/reasons.ts'

export type StartFacts = {
  readonly settings: NodeSettings
  readonly podUID: string
  readonly podIP: string
  readonly marker: Marker
  /** Whether Cassandra has left anything on the volume. */
  readonly hasData: boolean
  /** Addresses that the seed Service answers now; empty when it has none, undefined when the resolver does not answer. */
  readonly seeds: readonly string[] | undefined
  /** Version of the Cassandra in the image; undefined when no jar of it was found. */
  readonly imageVersion: string | undefined
  readonly javaMajor: number | undefined
}

export type StartPlan = {
  readonly seeds: readonly string[]
  readonly autoBootstrap: boolean
  readonly initialTokens?: readonly string[]
}

export type StartVerdict =
  | { readonly kind: 'start'; readonly plan: StartPlan; readonly message: string }
  | { readonly kind: 'wait'; readonly message: string }
  | { readonly kind: 'refuse'; readonly reason: Reason; readonly message: string }

export function decideStart(facts: StartFacts): StartVerdict {
  return refuseStrangers(facts) ?? startMember(facts) ?? startGranted(facts)
}

function refuseStrangers({ settings, marker, imageVersion, javaMajor, hasData }: StartFacts): StartVerdict | undefined {
  const refuse = (reason: Reason, message: string): StartVerdict => ({ kind: 'refuse', reason, message })
  if (marker.clusterUID !== settings.clusterUID || marker.nodeUID !== settings.nodeUID) {
    return refuse(
      'HostIDRetired',
      `the volume belongs to node ${marker.nodeUID} of cluster ${marker.clusterUID}, this pod is node ${settings.nodeUID} of cluster ${settings.clusterUID}`,
    )
  }
  if (settings.expectedHostID !== undefined && marker.hostID !== settings.expectedHostID) {
    return refuse('HostIDRetired', `the volume holds host id ${marker.hostID ?? 'none'}, the record says ${settings.expectedHostID}`)
  }
  if (marker.state === 'Leaving' || marker.state === 'Decommissioned') {
    return refuse('VolumeRetired', `the node on this volume is ${marker.state}; it must not come back`)
  }
  if (marker.datacenter !== settings.datacenter || marker.rack !== settings.rack) {
    return refuse(
      'InvalidSpec',
      `the volume was made for ${marker.datacenter}/${marker.rack}, the pod is in ${settings.datacenter}/${settings.rack}`,
    )
  }
  if (imageVersion !== settings.version) {
    return refuse(
      'InvalidSpec',
      `the image holds Cassandra ${imageVersion ?? 'of no known version'}, spec.version says ${settings.version}; make image and version agree`,
    )
  }
  if (javaMajor !== 11 && javaMajor !== 17) {
    return refuse(
      'InvalidSpec',
      `the image has ${javaMajor === undefined ? 'no working java' : `Java ${javaMajor}`} on its PATH; 11 or 17 is needed`,
    )
  }
  if (marker.state === 'Joined' && !hasData) {
    return refuse('VolumeUnreadable', `the node joined as host id ${marker.hostID}, but its data is gone: it would start as an empty one`)
  }
  return undefined
}

/** A member of the ring starts by itself: after an outage there may be nobody to ask. */
function startMember({ settings, marker, seeds, podIP }: StartFacts): StartVerdict | undefined {
  if (marker.state !== 'Joined') return undefined
  const note = settings.expectedHostID === undefined ? ' (not yet recorded)' : ''
  return { kind: 'start', plan: memberPlan(seeds, podIP), message: `starting again as host id ${marker.hostID}${note}` }
}

/**
 * A member that finds no seed lists itself, so that a ring that was down as a whole comes back in any order, also while
 * the cluster's resolver is down (H13). Its peers it knows from its own disk, and the seeds follow later.
 */
function memberPlan(seeds: readonly string[] | undefined, podIP: string): StartPlan {
  return { seeds: seeds === undefined || seeds.length === 0 ? [podIP] : seeds, autoBootstrap: true }
}

/** A node that has not joined needs a grant that names this very pod. */
function startGranted({ marker, podUID, podIP, seeds, settings }: StartFacts): StartVerdict {
  const grant = marker.grant
  if (grant === undefined || grant.podUID !== podUID || grant.nodeUID !== settings.nodeUID) {
    return { kind: 'wait', message: 'waiting for the operator to let this node join' }
  }
  return startWithGrant(grant, seeds, podIP)
}

function startWithGrant(grant: Grant, seeds: readonly string[] | undefined, podIP: string): StartVerdict {
  if (grant.kind === 'FirstNode') {
    return {
      kind: 'start',
      plan: { seeds: [podIP], autoBootstrap: false, ...tokensOf(grant) },
      message: 'starting as the first node of a new ring',
    }
  }
  // An empty node in its own seed list would skip streaming and serve nothing as if it were everything (H12).
  const others = (seeds ?? []).filter((seed) => seed !== podIP)
  if (others.length === 0) {
    return { kind: 'wait', message: `waiting for the address of a seed${seeds === undefined ? ': the resolver does not answer' : ''}` }
  }
  if (grant.kind === 'JoinNoStream') {
    return {
      kind: 'start',
      plan: { seeds: others, autoBootstrap: false, ...tokensOf(grant) },
      message: 'joining the new ring with the tokens given',
    }
  }
  return {
    kind: 'start',
    plan: { seeds: others, autoBootstrap: true, ...tokensOf(grant) },
    message: 'joining: streams its share of the data',
  }
}

function tokensOf({ initialTokens }: Grant): Pick<StartPlan, 'initialTokens'> {
  return initialTokens === undefined ? {} : { initialTokens }
}
