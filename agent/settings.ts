import type { NodeSettings } from '../api/agent.ts'

export type AgentSettings = {
  readonly node: NodeSettings
  readonly podUID: string
  readonly podIP: string
}

/** @throws when the pod template lacks one, because an agent that guesses could start the wrong node */
export function readSettings(env: Readonly<Record<string, string | undefined>>): AgentSettings {
  const text = (name: string): string => {
    const value = env[name]
    if (value === undefined || value === '') throw new Error(`the environment variable ${name} is missing`)
    return value
  }
  return { node: JSON.parse(text('RINGKEEPER_NODE')) as NodeSettings, podUID: text('POD_UID'), podIP: text('POD_IP') }
}
