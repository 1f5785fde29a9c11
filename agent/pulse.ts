// The state of the own node alone; for probes, the marker and the join.
import { beans } from '../cassandra/jolokia/beans.ts'
import type { JolokiaClient, JolokiaRequest } from '../cassandra/jolokia/client.ts'
import { flag, list, object, text, value } from './answers.ts'

export type Pulse = {
  readonly mode: string
  readonly joined: boolean
  readonly serving: boolean
  readonly hostID: string
  readonly streams: number
}

/** Each stream lists its files, thousands perhaps; the beginning of each list is enough here. */
export const streamsRequest: JolokiaRequest = { type: 'read', mbean: beans.streamManager, attribute: 'CurrentStreams', longestList: 20 }
const TIMEOUT_MS = 4_000

/** Throws when Cassandra does not answer, or not all of it. */
export async function readPulse(jolokia: JolokiaClient): Promise<Pulse> {
  const attribute = ['OperationMode', 'Joined', 'GossipRunning', 'NativeTransportRunning', 'LocalHostId']
  const [state, streams] = await jolokia.bulk([{ type: 'read', mbean: beans.storageService, attribute }, streamsRequest], TIMEOUT_MS)
  const storage = object(value(state))
  const mode = text(storage.OperationMode)
  return {
    mode,
    joined: flag(storage.Joined),
    serving: flag(storage.GossipRunning) && flag(storage.NativeTransportRunning) && mode === 'NORMAL',
    hostID: text(storage.LocalHostId),
    streams: list(value(streams)).length,
  }
}
