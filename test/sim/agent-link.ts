// The port of the agents: by address, with the node's uid checked as the certificate does it.
import { known, unknown } from '../../lib/result.ts'
import type { AgentAddress, AgentClient } from '../../operator/agents/client.ts'
import type { AgentProcess } from './agent-process.ts'
import type { Link } from './link.ts'
import type { Sim } from './sim.ts'

export function createAgentLink(sim: Sim, link: Link): AgentClient {
  const find = ({ ip, nodeUID }: AgentAddress): AgentProcess => {
    const pod = [...sim.pods.values()].find((candidate) => candidate.ip === ip)
    if (pod?.agent === undefined || sim.clock.now() < pod.silentUntil) throw new Error(`no answer from ${ip}`)
    if (pod.agent.settings.nodeUID !== nodeUID) throw new Error('another node answers at this address')
    return pod.agent
  }
  return {
    view: (address, epoch) =>
      link
        .call(false, () => find(address).view(epoch))
        .then(
          (view) => known(view, view.at),
          (error: unknown) => unknown('NoAnswer', String(error)),
        ),
    grant: (address, epoch, grant) => link.call(true, () => find(address).grant(epoch, grant)),
    startJob: (address, epoch, id, job) => link.call(true, () => find(address).startJob(epoch, id, job)),
    close: () => undefined,
  }
}
