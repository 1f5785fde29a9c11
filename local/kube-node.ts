// One Kubernetes node: containerd, kubelet and kube-proxy in a network namespace of their own.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './binaries.ts'
import type { Certificates } from './certificates.ts'
import { succeeds } from './command.ts'
import { awaitReady, startDaemon } from './daemon.ts'
import { HOST_ADDRESS, type NodeNetwork, POD_RANGE, writeCniConfig } from './network.ts'

/** Sockets stand in a short path: the kernel allows 108 characters. */
export const RUN_ROOT = '/run/ringkeeper-local'
export const PAUSE_IMAGE = 'ringkeeper.local/pause:1'

export function containerdSocket(node: NodeNetwork): string {
  return `${RUN_ROOT}/${node.name}/containerd.sock`
}

export function nodeFolder(state: string, node: NodeNetwork): string {
  return join(state, 'nodes', node.name)
}

export async function startContainerd(state: string, node: NodeNetwork): Promise<void> {
  const dir = nodeFolder(state, node)
  mkdirSync(`${RUN_ROOT}/${node.name}`, { recursive: true })
  mkdirSync(dir, { recursive: true })
  writeCniConfig(join(dir, 'cni'), node)
  writeFileSync(
    join(dir, 'containerd.toml'),
    `version = 2
root = "${dir}/containerd"
state = "${RUN_ROOT}/${node.name}/state"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"]
[grpc]
  address = "${containerdSocket(node)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${dir}/cni"
`,
  )
  const name = `containerd-${node.name}`
  startDaemon(state, { name, program: '/usr/bin/containerd', args: ['--config', join(dir, 'containerd.toml')], netns: node.netns })
  await awaitReady(state, name, 30_000, () => succeeds('ctr', ['-a', containerdSocket(node), 'version']))
}

export async function startKubelet(state: string, node: NodeNetwork, zone: string, certificates: Certificates): Promise<void> {
  const dir = nodeFolder(state, node)
  createCgroups(node)
  const kubeconfig = await certificates.kubeconfig(join(dir, 'kubelet.kubeconfig'), `system:node:${node.name}`, 'system:nodes')
  writeFileSync(
    join(dir, 'kubelet.yaml'),
    JSON.stringify({
      apiVersion: 'kubelet.config.k8s.io/v1beta1',
      kind: 'KubeletConfiguration',
      authentication: { anonymous: { enabled: false }, webhook: { enabled: true }, x509: { clientCAFile: certificates.file('ca.crt') } },
      authorization: { mode: 'Webhook' },
      clusterDNS: [HOST_ADDRESS],
      clusterDomain: 'cluster.local',
      resolvConf: '', // no resolver but the cluster's own
      cgroupDriver: 'cgroupfs',
      cgroupRoot: `/${node.netns}`,
      failCgroupV1: false,
      failSwapOn: false,
      podLogsDir: join(dir, 'pod-logs'),
      containerRuntimeEndpoint: `unix://${containerdSocket(node)}`,
      serializeImagePulls: false,
      imageGCHighThresholdPercent: 100,
      evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1Gi', 'imagefs.available': '1Gi' },
      maxPods: 60,
      nodeStatusUpdateFrequency: '5s',
      syncFrequency: '30s',
    }),
  )
  startDaemon(state, {
    name: `kubelet-${node.name}`,
    program: binary('kubelet'),
    netns: node.netns,
    args: [
      `--config=${join(dir, 'kubelet.yaml')}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${node.name}`,
      `--node-ip=${node.address}`,
      `--root-dir=${join(dir, 'kubelet')}`,
      `--cert-dir=${join(dir, 'kubelet-certificates')}`,
      `--node-labels=topology.kubernetes.io/zone=${zone},topology.kubernetes.io/region=local`,
      '--v=1',
    ],
  })
  const proxy = await certificates.kubeconfig(join(dir, 'proxy.kubeconfig'), 'system:kube-proxy')
  startDaemon(state, {
    name: `kube-proxy-${node.name}`,
    program: binary('kube-proxy'),
    netns: node.netns,
    args: [
      `--kubeconfig=${proxy}`,
      `--hostname-override=${node.name}`,
      `--cluster-cidr=${POD_RANGE}`,
      '--proxy-mode=iptables',
      '--conntrack-max-per-core=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
      '--v=1',
    ],
  })
}

/** Controllers of cgroup v1 that the kubelet wants to find its root in. */
const CONTROLLERS = [
  'blkio',
  'cpu',
  'cpuacct',
  'cpuset',
  'devices',
  'freezer',
  'memory',
  'pids',
  'systemd',
  'hugetlb',
  'net_cls',
  'perf_event',
]

function cgroupFolders(node: NodeNetwork): readonly string[] {
  if (existsSync('/sys/fs/cgroup/cgroup.controllers')) return [`/sys/fs/cgroup/${node.netns}`]
  return CONTROLLERS.filter((name) => existsSync(`/sys/fs/cgroup/${name}`)).map((name) => `/sys/fs/cgroup/${name}/${node.netns}`)
}

function createCgroups(node: NodeNetwork): void {
  for (const folder of cgroupFolders(node)) {
    mkdirSync(folder, { recursive: true })
    // A new cpuset is empty, and an empty one takes no process.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (folder.includes('/cpuset/')) writeFileSync(join(folder, file), readFileSync(join('/sys/fs/cgroup/cpuset', file)))
    }
  }
}
