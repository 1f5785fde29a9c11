import { binary } from './binaries.ts'
import { command } from './command.ts'

/** kubectl against one cluster; throws with its words. */
export type Kubectl = {
  (args: readonly string[], input?: string): Promise<string>
  /** Program and first arguments, for what runs on. */
  readonly words: readonly [string, ...string[]]
}

/** @param program our own build, or the user's for a cluster of the user's */
export function createKubectl(kubeconfig: string | undefined, context?: string, program = binary('kubectl')): Kubectl {
  const where = [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ]
  const run = (args: readonly string[], input?: string) => command(program, [...where, ...args], input === undefined ? {} : { input })
  return Object.assign(run, { words: [program, ...where] as const })
}
