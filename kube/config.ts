// Where the API server is and who we are: inside a cluster from the mounted service account, else from a kubeconfig.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

export type Credentials = { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly token?: string }

export type KubeConfig = {
  readonly server: string
  readonly namespace: string
  /** Read again when a mounted file has changed; tokens live for an hour. `changed` counts the changes. */
  readonly credentials: () => Credentials & { readonly changed: number }
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'

export type ConfigOptions = { readonly kubeconfig?: string; readonly context?: string; readonly accountDir?: string }

/** @throws when there is neither a service account nor a usable kubeconfig */
export function loadKubeConfig(env: Readonly<Record<string, string | undefined>>, options: ConfigOptions = {}): KubeConfig {
  const accountDir = options.accountDir ?? ACCOUNT
  const host = env.KUBERNETES_SERVICE_HOST
  if (options.kubeconfig === undefined && host !== undefined && existsSync(join(accountDir, 'token'))) {
    const address = host.includes(':') ? `[${host}]` : host
    return inCluster(`https://${address}:${env.KUBERNETES_SERVICE_PORT ?? '443'}`, accountDir)
  }
  return fromFile(options.kubeconfig ?? env.KUBECONFIG?.split(':')[0] ?? join(homedir(), '.kube', 'config'), options.context)
}

function inCluster(server: string, dir: string): KubeConfig {
  const file = (name: string): string => join(dir, name)
  let seen = ''
  let changed = 0
  let current: Credentials = {}
  return {
    server,
    namespace: readFileSync(file('namespace'), 'utf8').trim(),
    credentials: () => {
      const mark = `${statSync(file('token')).mtimeMs} ${statSync(file('ca.crt')).mtimeMs}`
      if (mark !== seen) {
        current = { ca: readFileSync(file('ca.crt'), 'utf8'), token: readFileSync(file('token'), 'utf8').trim() }
        seen = mark
        changed++
      }
      return { ...current, changed }
    },
  }
}

type Named<K extends string, T> = { readonly name: string } & { readonly [key in K]: T }
type KubeconfigFile = {
  readonly 'current-context'?: string
  readonly contexts?: readonly Named<'context', { cluster: string; user: string; namespace?: string }>[]
  readonly clusters?: readonly Named<'cluster', Readonly<Record<string, string>>>[]
  readonly users?: readonly Named<'user', Readonly<Record<string, string>>>[]
}

function fromFile(path: string, wantedContext: string | undefined): KubeConfig {
  const file = parse(readFileSync(path, 'utf8')) as KubeconfigFile
  const name = wantedContext ?? file['current-context']
  const context = file.contexts?.find((entry) => entry.name === name)?.context
  const cluster = file.clusters?.find((entry) => entry.name === context?.cluster)?.cluster
  const user = file.users?.find((entry) => entry.name === context?.user)?.user ?? {}
  if (context === undefined || cluster?.server === undefined) throw new Error(`${path} has no context ${name ?? '(none is current)'}`)
  const pem = (source: Readonly<Record<string, string>>, key: string): string | undefined => {
    const data = source[`${key}-data`]
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const from = source[key]
    return from === undefined ? undefined : readFileSync(resolve(dirname(path), from), 'utf8')
  }
  const entries = Object.entries({
    ca: pem(cluster, 'certificate-authority'),
    cert: pem(user, 'client-certificate'),
    key: pem(user, 'client-key'),
    token: user.token,
  })
  const credentials: Credentials = Object.fromEntries(entries.filter(([, value]) => value !== undefined))
  return { server: cluster.server, namespace: context.namespace ?? 'default', credentials: () => ({ ...credentials, changed: 0 }) }
}
