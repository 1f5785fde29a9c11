// The marker of this node in memory, always as it stands on the volume. Changes are made one after another, each to what
// the one before has left: a grant may arrive while a start is being prepared.
import type { Marker } from '../../api/agent.ts'
import { writeMarker } from './marker-file.ts'

export type MarkerStore = {
  readonly current: () => Marker
  /** Durable when it resolves; unchanged when it rejects. A change that answers what it was given writes nothing. */
  readonly change: (change: (marker: Marker) => Marker) => Promise<void>
}

export function createMarkerStore(dir: string, found: Marker): MarkerStore {
  let marker = found
  let last: Promise<void> = Promise.resolve()
  return {
    current: () => marker,
    change: (change) => {
      last = last
        .catch(() => undefined)
        .then(async () => {
          const next = change(marker)
          if (next === marker) return
          await writeMarker(dir, next)
          marker = next
        })
      return last
    },
  }
}
