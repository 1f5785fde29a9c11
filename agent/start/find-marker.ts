// The marker on the volume, or a fresh one on a volume that nobody has used. What is there and cannot be understood is a
// person's business: nothing is started from it and nothing is written over it.
import type { Marker, NodeSettings } from '../../api/agent.ts'
import type { Reason } from '../../api/reasons.ts'
import { type Fact, known, type Unknown, unknown } from '../../lib/result.ts'
import { hasCassandraData, readMarker, writeMarker } from './marker-file.ts'

export async function findMarker(markerDir: string, dataDir: string, node: NodeSettings, at: number): Promise<Fact<Marker>> {
  try {
    const found = await readMarker(markerDir)
    if (found !== undefined) return known(found, at)
    // An empty folder of a file system (lost+found) is no data of Cassandra.
    if (await hasCassandraData(dataDir)) {
      return refuse('VolumeRetired', 'the volume holds data of Cassandra but no marker of Ringkeeper; it belongs to something else')
    }
    const fresh = freshMarker(node)
    await writeMarker(markerDir, fresh)
    return known(fresh, at)
  } catch (error) {
    return refuse('VolumeUnreadable', `the marker on the volume: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function refuse(reason: Reason, message: string): Unknown {
  return unknown(reason, message)
}

function freshMarker({ clusterUID, nodeUID, datacenter, rack, version }: NodeSettings): Marker {
  return { clusterUID, nodeUID, datacenter, rack, version, state: 'Empty' }
}
