import { existsSync } from 'node:fs'
import { command } from './command.ts'

/** What each Debian package is needed for, by a file that it brings. */
const needed: Readonly<Record<string, string>> = {
  containerd: '/usr/bin/containerd',
  runc: '/usr/sbin/runc',
  'containernetworking-plugins': '/usr/lib/cni/bridge',
  iproute2: '/usr/sbin/ip',
  iptables: '/usr/sbin/iptables',
  conntrack: '/usr/sbin/conntrack',
  ethtool: '/usr/sbin/ethtool',
  socat: '/usr/bin/socat',
  mmdebstrap: '/usr/bin/mmdebstrap',
}

/** Installs the missing Debian packages; nothing is started by their scripts. @throws without root or apt */
export async function installPackages(): Promise<void> {
  const missing = Object.entries(needed).flatMap(([name, file]) => (existsSync(file) || existsSync(`/usr${file}`) ? [] : [name]))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    throw new Error(`the packages ${missing.join(', ')} are missing; run this as root, or: apt-get install ${missing.join(' ')}`)
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await command('apt-get', ['update', '-qq'], { env })
  await command('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env })
}
