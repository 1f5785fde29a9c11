// The marker on the data volume: written with fsync and rename, so that it is old or new and never half.
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Marker, MarkerState } from '../../api/agent.ts'

const states: readonly MarkerState[] = ['Empty', 'Granted', 'Joining', 'Joined', 'Leaving', 'Decommissioned']

/** @returns undefined when there is none; throws when it cannot be read, because unreadable is not absent */
export async function readMarker(dir: string): Promise<Marker | undefined> {
  let text: string
  try {
    text = await readFile(join(dir, 'marker.json'), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return parseMarker(text)
}

/** A damaged disk may answer anything, a newer agent may have written a state that this one does not know. */
function parseMarker(text: string): Marker {
  const marker = JSON.parse(text) as Partial<Marker> | null
  const texts = [marker?.clusterUID, marker?.nodeUID, marker?.datacenter, marker?.rack, marker?.version]
  const isWhole = texts.every((value) => typeof value === 'string') && states.some((state) => state === marker?.state)
  if (!isWhole) throw new Error('it holds something else')
  return marker as Marker
}

export async function writeMarker(dir: string, marker: Marker): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeDurably(join(dir, 'marker.json'), JSON.stringify(marker))
}

export async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(`${path}.tmp`, 'w')
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.tmp`, path)
  const folder = await open(dirname(path), 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Whether Cassandra has ever written to the volume. */
export async function hasCassandraData(dataDir: string): Promise<boolean> {
  for (const folder of ['data', 'commitlog', 'hints']) {
    try {
      if ((await readdir(join(dataDir, folder))).length > 0) return true
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
  return false
}
