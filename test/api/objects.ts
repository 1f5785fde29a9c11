// Objects for the API tests, and what the API server says about them.
import type { Kubectl } from '../e2e/kubectl.ts'

type Fields = Readonly<Record<string, unknown>>

/** The smallest accepted spec without warnings. */
const smallest = { version: '5.0.9', storage: { size: '10Gi' }, resources: { limits: { memory: '4Gi' } } }

export function cluster(name: string, spec: Fields = {}): string {
  return JSON.stringify({
    apiVersion: 'ringkeeper.io/v1alpha1',
    kind: 'CassandraCluster',
    metadata: { name },
    spec: { ...smallest, ...spec },
  })
}

export function node(name: string, spec: Fields = {}): string {
  const all = { clusterRef: { name: 'demo' }, datacenter: 'dc1', rack: 'rack1', ordinal: 0, nodeUID: 'n-1', ...spec }
  return JSON.stringify({ apiVersion: 'ringkeeper.io/v1alpha1', kind: 'CassandraNode', metadata: { name }, spec: all })
}

/** Arguments that make a request under another name; the group keeps RBAC out of the picture. */
export function as(user: string): readonly string[] {
  return [`--as=${user}`, '--as-group=system:masters']
}

export const operator = as('system:serviceaccount:ringkeeper-system:ringkeeper')

/** The causes that kubectl prints, without its own words; empty when the request was accepted. */
export async function refusals(kubectl: Kubectl, args: readonly string[], input?: string): Promise<readonly string[]> {
  const { code, stderr } = await kubectl.try(args, input)
  if (code === 0) return []
  const text = stderr
    .split('\n')
    .filter((line) => !line.startsWith('Warning: '))
    .join('\n')
    .trim()
  const causes = text
    .replace(/^The \S+ "[^"]*" is invalid: /, '')
    .replace(/^Error from server \(\w+\): /, '')
    .replace(/^error when creating "STDIN": /, '')
    .replace(/ValidatingAdmissionPolicy '\S+' with binding '\S+' denied request: /, '')
  // The API server's remark that an object of the wrong shape is not judged further.
  const real = (cause: string): boolean =>
    cause !== '' && !cause.startsWith('<nil>: Invalid value: null: some validation rules were not checked')
  return causes
    .split(/\n?\* /)
    .map((cause) => cause.trim())
    .filter(real)
}

/** The warnings of policies, without the words of the API server. */
export async function warnings(kubectl: Kubectl, args: readonly string[], input?: string): Promise<readonly string[]> {
  const { code, stderr } = await kubectl.try(args, input)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr.trim()}`)
  return stderr.split('\n').flatMap((line) => (line.startsWith('Warning: ') ? [line.replace(/^.* with binding '[^']*': /, '')] : []))
}

export function patch(kind: string, name: string, change: object, ...more: readonly string[]): readonly string[] {
  return ['patch', kind, name, '--type=merge', '-p', JSON.stringify(change), ...more]
}
