// Certificates renew themselves months before they end; a person hears of one only when that has failed.

import type { TlsView } from '../../api/agent.ts'
import { names } from '../../api/names.ts'
import { nameOf } from './ring.ts'
import type { Decision, NodeView } from './types.ts'
import { settled } from './verdicts.ts'

const WEEK_MS = 7 * 86_400_000

export const reportCertificates: Decision = ({ nodes, now, certificateProblem }) => {
  if (certificateProblem !== undefined) {
    return { kind: 'noted', reason: 'CertificateExpiring', message: `${certificateProblem}; the certificate before still serves` }
  }
  const ending = nodes.filter((node) => (tlsOf(node)?.notAfter ?? Number.POSITIVE_INFINITY) - now < WEEK_MS)
  const [first] = ending.sort((a, b) => (tlsOf(a)?.notAfter ?? 0) - (tlsOf(b)?.notAfter ?? 0))
  if (first === undefined) return settled
  const until = new Date(tlsOf(first)?.notAfter ?? 0).toISOString()
  const silent = nodes.filter((node) => node.pod !== undefined && tlsOf(node) === undefined).map(nameOf)
  const cause =
    silent.length === 0
      ? `the kubelet has not put the renewed Secret ${names.nodeSecret(nameOf(first))} in place`
      : `a new authority is held back until ${silent.join(', ')} answers`
  return {
    kind: 'noted',
    reason: 'CertificateExpiring',
    node: nameOf(first),
    message: `the certificate that the agent of ${nameOf(first)} serves ends at ${until}: ${cause}`,
  }
}

function tlsOf({ own }: NodeView): TlsView | undefined {
  return own.known ? own.value.tls : undefined
}
