import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binary, buildBinaries } from '../../local/binaries.ts'
import { command } from '../../local/command.ts'
import { home } from '../../local/home.ts'

/** helm as a user types it; throws with its words. */
export type Helm = (...args: readonly string[]) => Promise<string>

export const chart = join(home.checkout, 'deploy', 'helm', 'ringkeeper')

/** @param kubeconfig absent: no cluster is asked */
export async function createHelm(kubeconfig = '/dev/null'): Promise<Helm> {
  await buildBinaries(undefined, ['helm'])
  // Not the plugins and repositories of the user; helm makes none of these folders itself.
  const nowhere = join(tmpdir(), 'ringkeeper-helm')
  const env = { KUBECONFIG: kubeconfig, HELM_CACHE_HOME: nowhere, HELM_CONFIG_HOME: nowhere, HELM_DATA_HOME: nowhere }
  return (...args) => command(binary('helm'), args, { env })
}
