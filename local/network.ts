// One bridge on the machine, one network namespace a Kubernetes node, pods routed directly. No packet may leave: what has
// no more specific route falls into a black hole, and nothing is forwarded between the bridge and a real interface.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, succeeds } from './command.ts'

export const BRIDGE = 'rkbr0'
export const HOST_ADDRESS = '172.31.0.1'
export const POD_RANGE = '10.244.0.0/16'
export const SERVICE_RANGE = '10.96.0.0/16'
/** To another interface only: frames between the nodes pass this chain too where br_netfilter is on. */
const RULE = ['-i', BRIDGE, '!', '-o', BRIDGE, '-j', 'DROP']

export type NodeNetwork = { readonly name: string; readonly netns: string; readonly address: string; readonly podRange: string }

export function nodeNetwork(number: number): NodeNetwork {
  return { name: `node-${number}`, netns: `rk-node-${number}`, address: `172.31.0.1${number}`, podRange: `10.244.${number}.0/24` }
}

export async function createNetwork(nodes: readonly NodeNetwork[]): Promise<void> {
  const ip = (text: string) => command('ip', text.split(' '))
  await ip(`link add ${BRIDGE} type bridge`)
  await ip(`addr add ${HOST_ADDRESS}/24 dev ${BRIDGE}`)
  await ip(`link set ${BRIDGE} up`)
  for (const range of [POD_RANGE, SERVICE_RANGE]) await ip(`route add blackhole ${range}`)
  await command('iptables', ['-w', '-I', 'FORWARD', ...RULE])
  for (const [index, node] of nodes.entries()) {
    const inside = (args: readonly string[]) => command('nsenter', [`--net=/var/run/netns/${node.netns}`, ...args])
    const link = `rkveth${index + 1}`
    await ip(`netns add ${node.netns}`)
    await ip(`link add ${link} type veth peer name eth0 netns ${node.netns}`)
    await ip(`link set ${link} master ${BRIDGE} up`)
    await inside(['ip', 'addr', 'add', `${node.address}/24`, 'dev', 'eth0'])
    await inside(['ip', 'link', 'set', 'eth0', 'up'])
    await inside(['ip', 'link', 'set', 'lo', 'up'])
    await inside(['ip', 'route', 'add', 'default', 'via', HOST_ADDRESS])
    await inside(['sysctl', '-qw', 'net.ipv4.ip_forward=1'])
    await ip(`route add ${node.podRange} via ${node.address}`)
    for (const other of nodes) {
      if (other !== node) await inside(['ip', 'route', 'add', other.podRange, 'via', other.address])
    }
  }
}

/** Removes what `createNetwork` makes, also a half of it. */
export async function removeNetwork(nodes: readonly NodeNetwork[]): Promise<void> {
  for (const node of nodes) {
    if (existsSync(`/var/run/netns/${node.netns}`)) await command('ip', ['netns', 'del', node.netns])
  }
  while (await succeeds('iptables', ['-w', '-D', 'FORWARD', ...RULE]));
  for (const range of [POD_RANGE, SERVICE_RANGE]) await succeeds('ip', ['route', 'del', 'blackhole', range])
  if (existsSync(`/sys/class/net/${BRIDGE}`)) await command('ip', ['link', 'del', BRIDGE])
}

/** The CNI configuration of a node: a bridge inside its namespace, addresses by host-local. */
export function writeCniConfig(dir: string, node: NodeNetwork): void {
  mkdirSync(dir, { recursive: true })
  const config = {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: join(dir, 'addresses'),
          ranges: [[{ subnet: node.podRange }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
  writeFileSync(join(dir, '10-pods.conflist'), JSON.stringify(config))
}
