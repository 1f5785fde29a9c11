// Kubernetes Events (rule 18). The same text about an object for the same reason is told once within the hour; a reason whose
// text keeps changing is told ever more rarely, and says how often it was not. An event that cannot be written is lost and
// breaks nothing.
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { microTime } from './micro-time.ts'
import { pathOf, resources } from './resources.ts'

export type Recorder = (about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string) => void

/** About one object for one reason: what was told last, and what has been heard since. */
type Story = { told: string; toldAt: number; heard: string; changes: number; credit: number; countedAt: number }

const REPEAT_MS = 3_600_000
/** So many may follow each other at once; one more every five minutes. */
const BURST = 10
const CREDIT_MS = 300_000
const KEPT = 1_000

export function createRecorder(
  client: KubeClient,
  instance: string,
  log: (message: string) => void,
  now: () => number = () => performance.now(),
): Recorder {
  const stories = new Map<string, Story>()
  const storyOf = (key: string): Story => {
    const story = stories.get(key) ?? { told: '', toldAt: -Infinity, heard: '', changes: 0, credit: BURST, countedAt: now() }
    stories.delete(key)
    if (stories.size >= KEPT) stories.delete(stories.keys().next().value ?? '')
    stories.set(key, story)
    return story
  }
  return (about, type, reason, message) => {
    const story = storyOf(`${about.metadata.uid} ${reason}`)
    const at = now()
    story.credit = Math.min(story.credit + (at - story.countedAt) / CREDIT_MS, BURST)
    story.countedAt = at
    if (message !== story.heard) story.changes++
    story.heard = message
    if ((message === story.told && at - story.toldAt < REPEAT_MS) || story.credit < 1) return
    const note = story.changes <= 1 ? message : `${message} (changed ${story.changes} times since the last event)`
    Object.assign(story, { told: message, toldAt: at, changes: 0, credit: story.credit - 1 })
    client
      .create(pathOf(resources.events, about.metadata.namespace ?? 'default'), eventOf(about, type, reason, note, instance))
      .catch((error: unknown) => log(`event ${reason}: ${String(error)}`))
  }
}

function eventOf(about: KubeObject, type: string, reason: string, note: string, instance: string): object {
  const { apiVersion, kind, metadata } = about
  const { namespace = 'default', name, uid } = metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${name.slice(0, 50)}-`, namespace },
    eventTime: microTime(),
    reportingController: 'ringkeeper.io/operator',
    reportingInstance: instance,
    regarding: { apiVersion, kind, name, namespace, uid },
    action: reason,
    reason,
    type,
    note: note.slice(0, 1024),
  }
}
