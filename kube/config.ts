// Where the API server is and who we are: inside a cluster from the mounted service account, else from a kubeconfig.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'

export type Credentials = { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly token?: string }

export type KubeConfig = {
  readonly server: string
  readonly namespace: string
  /** Read again when one of their files has changed; a mounted token lives for an hour. */
  readonly credentials: () => Credentials
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
  return fromFile(options.kubeconfig ?? (env.KUBECONFIG?.split(':')[0] || join(homedir(), '.kube', 'config')), options.context)
}

function inCluster(server: string, dir: string): KubeConfig {
  const [ca, token] = [join(dir, 'ca.crt'), join(dir, 'token')]
  const credentials = readAgain([ca, token], () => ({ ca: readFileSync(ca, 'utf8'), token: readFileSync(token, 'utf8').trim() }))
  return { server, namespace: readFileSync(join(dir, 'namespace'), 'utf8').trim(), credentials }
}

type Fields = Readonly<Record<string, unknown>>
type Named<K extends string, T> = { readonly name: string } & { readonly [key in K]: T }
type KubeconfigFile = {
  readonly 'current-context'?: string
  readonly contexts?: readonly Named<'context', { cluster: string; user: string; namespace?: string }>[]
  readonly clusters?: readonly Named<'cluster', Fields>[]
  readonly users?: readonly Named<'user', Fields | null>[]
}

function fromFile(path: string, wantedContext: string | undefined): KubeConfig {
  const file = parse(readFileSync(path, 'utf8')) as KubeconfigFile
  const name = wantedContext ?? file['current-context']
  const context = file.contexts?.find((entry) => entry.name === name)?.context
  const cluster = file.clusters?.find((entry) => entry.name === context?.cluster)?.cluster
  const user = file.users?.find((entry) => entry.name === context?.user)?.user ?? {}
  if (context === undefined || typeof cluster?.server !== 'string') throw new Error(`${path} has no context ${name ?? '(none is current)'}`)
  for (const way of ['exec', 'auth-provider', 'username']) {
    if (user[way] !== undefined) throw new Error(`${path}: user ${context.user} logs in by ${way}; use a token or a client certificate`)
  }
  const sources = [
    { as: 'ca', inline: decoded(cluster['certificate-authority-data']), file: cluster['certificate-authority'] },
    { as: 'cert', inline: decoded(user['client-certificate-data']), file: user['client-certificate'] },
    { as: 'key', inline: decoded(user['client-key-data']), file: user['client-key'] },
    { as: 'token', inline: user.token, file: user.tokenFile },
  ].map((source) => ({ ...source, file: typeof source.file === 'string' ? resolve(dirname(path), source.file) : undefined }))
  const read = (): Credentials => {
    const entries = sources.map(({ as, inline, file }) => [
      as,
      inline ?? (file === undefined ? undefined : readFileSync(file, 'utf8').trim()),
    ])
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Credentials
  }
  const files = sources.flatMap((source) => (source.inline === undefined && source.file !== undefined ? [source.file] : []))
  return { server: cluster.server, namespace: context.namespace ?? 'default', credentials: readAgain(files, read) }
}

function decoded(data: unknown): string | undefined {
  return typeof data === 'string' ? Buffer.from(data, 'base64').toString() : undefined
}

/** Keeps what was read until one of the files has another time stamp. */
function readAgain(files: readonly string[], read: () => Credentials): () => Credentials {
  let seen: string | undefined
  let current: Credentials = {}
  return () => {
    try {
      const mark = files.map((file) => statSync(file).mtimeMs).join(' ')
      if (mark !== seen) current = read()
      seen = mark
    } catch (error) {
      if (seen === undefined) throw error // else in the middle of being replaced: the old ones are valid for a while
    }
    return current
  }
}
