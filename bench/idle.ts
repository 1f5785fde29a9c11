// A settled cluster costs nothing: writes of the operator to the API server, and memory of operator and agents, over ten minutes.
import { setTimeout as delay } from 'node:timers/promises'
import type { Kubectl } from '../local/kubectl.ts'
import { agentPids, memoryOf, operatorPids } from '../test/e2e/processes.ts'
import { report } from './report.ts'
import { form, NAMESPACE, remove } from './ring.ts'

const MINUTES = 10
const LIMITS = { operatorMiB: 120, agentMiB: 70, agentPrivateMiB: 25 }

export async function benchIdle(kubectl: Kubectl): Promise<void> {
  await form(kubectl, 'idle', 3, 1024)
  await delay(60_000) // what the formation leaves is collected
  const before = { versions: await versions(kubectl), writes: await writes(kubectl), memory: memory() }
  for (let minute = 1; minute <= MINUTES; minute++) {
    await delay(60_000)
    report('idle', { minute, ...memory() })
  }
  const after = { versions: await versions(kubectl), writes: await writes(kubectl), memory: memory() }
  const changed = Object.keys(after.versions).filter((name) => after.versions[name] !== before.versions[name])
  report('idle', {
    writesBesidesTheLease: after.writes - before.writes,
    changedObjects: changed.join(' ') || 'none',
    operatorGrowthMiB: after.memory.operatorMiB - before.memory.operatorMiB,
    agentGrowthMiB: after.memory.agentMiB - before.memory.agentMiB,
    ...after.memory,
    aims: LIMITS,
  })
  await remove(kubectl, 'idle')
}

/** The largest of each kind. */
function memory(): { readonly operatorMiB: number; readonly agentMiB: number; readonly agentPrivateMiB: number } {
  const agents = agentPids().map(memoryOf)
  const most = (values: readonly number[]): number => Math.max(0, ...values)
  return {
    operatorMiB: most(operatorPids().map((pid) => memoryOf(pid).residentMiB)),
    agentMiB: most(agents.map(({ residentMiB }) => residentMiB)),
    agentPrivateMiB: most(agents.map(({ privateMiB }) => privateMiB)),
  }
}

/** By the API server's own word: an object that was written has another version. */
async function versions(kubectl: Kubectl): Promise<Readonly<Record<string, string>>> {
  const kinds = 'cass,cassn,pods,pvc,services,secrets,pdb'
  const list = JSON.parse(await kubectl(['-n', NAMESPACE, 'get', kinds, '-o', 'json'])) as {
    items: { kind: string; metadata: { name: string; resourceVersion: string } }[]
  }
  return Object.fromEntries(list.items.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion]))
}

/** By the operators' own count, over both replicas; the lease is renewed every two seconds and does not count. */
async function writes(kubectl: Kubectl): Promise<number> {
  const pods = (await kubectl(['-n', 'ringkeeper-system', 'get', 'pods', '-o', 'name'])).trim().split('\n')
  let sum = 0
  for (const pod of pods) {
    const text = await kubectl(['get', '--raw', `/api/v1/namespaces/ringkeeper-system/pods/${pod.replace('pod/', '')}:8080/proxy/metrics`])
    for (const [, resource, count] of text.matchAll(/^ringkeeper_api_writes_total\{resource="([^"]*)"\} (\d+)/gm)) {
      if (resource !== 'leases') sum += Number(count)
    }
  }
  return sum
}
