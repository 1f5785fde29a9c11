// Where the local environment keeps things: one folder outside every checkout. `cache` survives `down`, `state` does not.
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const base = process.env.RINGKEEPER_HOME ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'ringkeeper')

export const home = {
  checkout: dirname(dirname(fileURLToPath(import.meta.url))),
  base,
  cache: join(base, 'cache'),
  state: join(base, 'state', 'local'),
  lock: join(base, 'state', 'lock'),
  kubeconfig: join(base, 'state', 'local', 'kubeconfig'),
} as const
