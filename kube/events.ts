// Kubernetes Events. One about the same object with the same reason and text within the hour is counted, not repeated; an
// event that cannot be written is lost and breaks nothing.
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { microTime } from './lease.ts'
import { pathOf, resources } from './resources.ts'

export type Recorder = (about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void

const REPEAT_MS = 3_600_000
const KEPT = 1_000

export function createRecorder(client: KubeClient, instance: string, log: (message: string) => void): Recorder {
  const recent = new Map<string, number>()
  return (about, type, reason, message) => {
    const { namespace = 'default', name, uid } = about.metadata
    const key = `${uid} ${reason} ${message}`
    const now = Date.now()
    if (now - (recent.get(key) ?? 0) < REPEAT_MS) return
    recent.delete(key)
    recent.set(key, now)
    if (recent.size > KEPT) recent.delete(recent.keys().next().value ?? '')
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { generateName: `${name.slice(0, 50)}-`, namespace },
      eventTime: microTime(new Date(now)),
      reportingController: 'ringkeeper.io/operator',
      reportingInstance: instance,
      regarding: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
      action: reason,
      reason,
      type,
      note: message.slice(0, 1024),
    }
    client.create(pathOf(resources.events, namespace), event).catch((error: unknown) => log(`event ${reason}: ${String(error)}`))
  }
}
