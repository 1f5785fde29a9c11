// The Secret of the node as it is mounted: certificate, key, trusted authorities. The kubelet replaces the files while the
// agent runs; a set that is half replaced or broken is not taken, and what was there before goes on.
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsView } from '../api/agent.ts'
import { isPair, issuerOf, readCertificates } from '../lib/certificate.ts'

export type TlsFiles = {
  /** Cheap: looks whether the files have changed, and answers what new connections should stand on; undefined: as before. */
  readonly poll: () => { readonly cert: string; readonly key: string; readonly ca: string } | undefined
  /** Of what the last poll answered. */
  readonly view: () => TlsView | undefined
}

/** @param say told once about a set of files that cannot be used */
export function openTlsFiles(dir: string, say: (message: string) => void): TlsFiles {
  let seen = ''
  let view: TlsView | undefined
  return {
    poll: () => {
      const stamp = stampOf(dir)
      if (stamp === seen) return undefined
      const [cert, key, ca] = read(dir)
      if (stampOf(dir) !== stamp) return undefined // just being replaced: the next poll sees all of it
      seen = stamp
      const [leaf] = readCertificates(cert)
      const trusted = readCertificates(ca)
      if (leaf === undefined || trusted.length === 0 || !isPair({ cert: leaf.pem, key })) {
        say(
          `the files in ${dir} are no certificate with its key and authority; ${view === undefined ? 'nobody is let in' : 'the ones before stay'}`,
        )
        return undefined
      }
      view = {
        trusts: trusted.map(({ fingerprint }) => fingerprint),
        leaf: leaf.fingerprint,
        issuer: issuerOf(leaf, trusted)?.fingerprint ?? '',
        notAfter: leaf.notAfter,
      }
      return { cert: leaf.pem, key, ca: trusted.map(({ pem }) => pem).join('') }
    },
    view: () => view,
  }
}

/** Empty texts where a file is missing. */
function read(dir: string): readonly [string, string, string] {
  try {
    const file = (name: string): string => readFileSync(join(dir, name), 'utf8')
    return [file('tls.crt'), file('tls.key'), file('ca.crt')]
  } catch {
    return ['', '', '']
  }
}

/** Changes with every replacement of a file; empty while one is missing. */
function stampOf(dir: string): string {
  try {
    return ['tls.crt', 'tls.key', 'ca.crt']
      .map((name) => {
        const { ino, size, mtimeNs } = statSync(join(dir, name), { bigint: true })
        return `${ino} ${size} ${mtimeNs}`
      })
      .join()
  } catch {
    return ''
  }
}
