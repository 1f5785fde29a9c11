import type { Decision, Zone } from './types.ts'
import { act, settled, wait } from './verdicts.ts'

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
    const racks = [...recorded, ...added].map(({ name, zone }) => ({ name, ...(zone === undefined ? {} : { zone }) }))
    return act('Updating', `recording rack ${added.map((rack) => rack.name).join(', ')}`, [{ kind: 'record-racks', racks }])
  }
  if (asked !== undefined) {
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
