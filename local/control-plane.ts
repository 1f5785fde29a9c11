// etcd and kube-apiserver, and on request controller manager and scheduler. The API tests run the first two alone,
// beside a whole cluster, so everything that could collide is an argument.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './binaries.ts'
import { type Certificates, createCertificates } from './certificates.ts'
import { succeeds } from './command.ts'
import { awaitReady, daemons, startDaemon, stopDaemon } from './daemon.ts'

export type ControlPlaneOptions = {
  readonly state: string
  /** Address that the API server binds and announces. */
  readonly address: string
  readonly port: number
  /** Two free loopback ports for etcd (clients, peers). */
  readonly etcdPorts: readonly [number, number]
  /** Controller manager and scheduler too; otherwise nothing but the API. */
  readonly controllers: boolean
}

export type ControlPlane = {
  readonly server: string
  /** kubeconfig of a cluster administrator. */
  readonly kubeconfig: string
  readonly certificates: Certificates
  readonly stop: () => Promise<void>
}

const SERVICE_RANGE = '10.96.0.0/16'

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { state, address, port } = options
  mkdirSync(state, { recursive: true })
  const server = `https://${address}:${port}`
  const certificates = await createCertificates(state, server)
  await certificates.issue('apiserver', {
    commonName: 'kube-apiserver',
    dnsNames: ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local', 'localhost'],
    ips: ['127.0.0.1', '10.96.0.1', ...(address === '127.0.0.1' ? [] : [address])],
    usages: ['server'],
  })
  await certificates.issue('kubelet-client', {
    commonName: 'kube-apiserver-kubelet-client',
    organization: 'system:masters',
    usages: ['client'],
  })
  const kubeconfig = await certificates.kubeconfig(join(state, 'kubeconfig'), 'admin', 'system:masters')
  startEtcd(options)
  startApiServer(options, certificates)
  const ready = () =>
    succeeds(binary('kubectl'), ['--kubeconfig', kubeconfig, '--request-timeout=2s', 'get', '--raw', '/readyz?exclude=informer-sync'])
  await awaitReady(state, 'kube-apiserver', 90_000, ready)
  if (options.controllers) await startControllers(options, certificates)
  return {
    server,
    kubeconfig,
    certificates,
    stop: async () => {
      for (const name of [...daemons(state)].sort((a, b) => rank(a) - rank(b))) await stopDaemon(state, name)
    },
  }
}

/** The API server before etcd, or it waits for an answer that cannot come. */
function rank(name: string): number {
  return name === 'etcd' ? 2 : name === 'kube-apiserver' ? 1 : 0
}

function startEtcd({ state, etcdPorts: [client, peer] }: ControlPlaneOptions): void {
  const url = `http://127.0.0.1:${client}`
  const peerURL = `http://127.0.0.1:${peer}`
  startDaemon(state, {
    name: 'etcd',
    program: binary('etcd'),
    args: [
      `--data-dir=${join(state, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerURL}`,
      `--initial-advertise-peer-urls=${peerURL}`,
      `--initial-cluster=default=${peerURL}`,
      '--unsafe-no-fsync=true', // a throw-away cluster
      '--log-level=warn',
    ],
  })
}

function startApiServer({ state, address, port, etcdPorts }: ControlPlaneOptions, { file }: Certificates): void {
  startDaemon(state, {
    name: 'kube-apiserver',
    program: binary('kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${etcdPorts[0]}`,
      `--bind-address=${address}`,
      // An Endpoints object may not hold a loopback address; nobody asks for it where there are no nodes.
      `--advertise-address=${address === '127.0.0.1' ? '172.31.0.1' : address}`,
      `--secure-port=${port}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--kubelet-client-certificate=${file('kubelet-client.crt')}`,
      `--kubelet-client-key=${file('kubelet-client.key')}`,
      // Node names do not resolve.
      '--kubelet-preferred-address-types=InternalIP',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${file('service-accounts.pub')}`,
      `--service-account-signing-key-file=${file('service-accounts.key')}`,
      `--service-cluster-ip-range=${SERVICE_RANGE}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--anonymous-auth=false',
      '--profiling=false',
      '--v=1',
    ],
  })
}

async function startControllers({ state }: ControlPlaneOptions, certificates: Certificates): Promise<void> {
  const manager = await certificates.kubeconfig(join(state, 'controller-manager.kubeconfig'), 'system:kube-controller-manager')
  const scheduler = await certificates.kubeconfig(join(state, 'scheduler.kubeconfig'), 'system:kube-scheduler')
  const { file } = certificates
  startDaemon(state, {
    name: 'kube-controller-manager',
    program: binary('kube-controller-manager'),
    args: [
      `--kubeconfig=${manager}`,
      '--bind-address=127.0.0.1',
      '--leader-elect=false',
      '--use-service-account-credentials=true',
      `--root-ca-file=${file('ca.crt')}`,
      `--service-account-private-key-file=${file('service-accounts.key')}`,
      `--cluster-signing-cert-file=${file('ca.crt')}`,
      `--cluster-signing-key-file=${file('ca.key')}`,
      // A lost machine is noticed in seconds, so that tests of it are short.
      '--node-monitor-grace-period=20s',
      '--v=1',
    ],
  })
  writeFileSync(
    join(state, 'scheduler.yaml'),
    JSON.stringify({
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'KubeSchedulerConfiguration',
      clientConnection: { kubeconfig: scheduler },
      leaderElection: { leaderElect: false },
    }),
  )
  startDaemon(state, {
    name: 'kube-scheduler',
    program: binary('kube-scheduler'),
    args: [`--config=${join(state, 'scheduler.yaml')}`, '--bind-address=127.0.0.1', '--v=1'],
  })
}
