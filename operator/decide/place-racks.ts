import type { Decision, Snapshot, Zone } from './types.ts'
import { act, blocked, settled, wait } from './verdicts.ts'

/**
 * Racks are chosen once and recorded: those of the spec, else one for each of three zones, so that a nine-line manifest
 * survives the loss of a zone; a single rack where there are fewer zones or where they may not be read.
 */
export const placeRacks: Decision = ({ cluster, status, zones }) => {
  const recorded = status.datacenters?.[0]?.racks
  const asked = cluster.spec.racks
  if (recorded !== undefined) {
    const added = (asked ?? []).filter((rack) => !recorded.some((old) => old.name === rack.name))
    if (added.length === 0) return settled
    const empty = emptyZone(added, zones)
    if (empty !== undefined) return blocked('Unschedulable', empty)
    const racks = [...recorded, ...added].map(({ name, zone }) => ({ name, ...(zone === undefined ? {} : { zone }) }))
    return act('Updating', `recording rack ${added.map((rack) => rack.name).join(', ')}`, [{ kind: 'record-racks', racks }])
  }
  if (asked !== undefined) {
    const empty = emptyZone(asked, zones)
    if (empty !== undefined) return blocked('Unschedulable', empty)
    const racks = asked.map(({ name, zone }) => ({ name, ...(zone === undefined ? {} : { zone }) }))
    return act('Bootstrapping', 'recording the racks of the spec', [{ kind: 'record-racks', racks }])
  }
  if (!zones.known) return wait('ViewsIncomplete', `the zones cannot be read: ${zones.message}`)
  const racks = chooseRacks(zones.value)
  return act('Bootstrapping', `racks over ${racks.map((rack) => rack.zone ?? 'one zone').join(', ')}`, [{ kind: 'record-racks', racks }])
}

export function chooseRacks(zones: readonly Zone[]): readonly { readonly name: string; readonly zone?: string }[] {
  const usable = zones.filter((zone) => zone.kubeNodes > 0)
  if (usable.length < 3) return [{ name: 'rack1' }]
  // Those with most machines, then by name, so that every look chooses the same.
  const best = [...usable].sort((a, b) => b.kubeNodes - a.kubeNodes || a.name.localeCompare(b.name)).slice(0, 3)
  return best
    .map((zone) => zone.name)
    .sort()
    .map((zone, index) => ({ name: `rack${index + 1}`, zone }))
}

type AskedRack = NonNullable<Snapshot['cluster']['spec']['racks']>[number]

/** A rack in a zone without a machine would wait for ever, and is said before anything is made. */
function emptyZone(racks: readonly AskedRack[], zones: Snapshot['zones']): string | undefined {
  if (!zones.known) return undefined
  const usable = zones.value.filter((zone) => zone.kubeNodes > 0).map((zone) => zone.name)
  const rack = racks.find(({ zone }) => zone !== undefined && !usable.includes(zone))
  if (rack === undefined) return undefined
  const there = usable.length === 0 ? 'no Kubernetes node carries a zone' : `zones with machines are ${usable.sort().join(', ')}`
  return `the zone of rack ${rack.name} is ${rack.zone}: no ready, schedulable Kubernetes node is there; ${there}`
}
