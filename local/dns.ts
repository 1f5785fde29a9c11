// The cluster's resolver: on the bridge, answers for cluster.local, asks nobody else. No cache and a short life of each
// answer, because seed addresses change with the pods.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './binaries.ts'
import type { Certificates } from './certificates.ts'
import { command } from './command.ts'
import { startDaemon } from './daemon.ts'
import { HOST_ADDRESS } from './network.ts'

export async function startDns(state: string, kubeconfig: string, certificates: Certificates): Promise<void> {
  // system:kube-dns is the name of the role that Kubernetes itself brings; it lacks EndpointSlices.
  await command(binary('kubectl'), ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input: JSON.stringify(rbac) })
  const own = await certificates.kubeconfig(join(state, 'dns.kubeconfig'), 'local-dns')
  const file = join(state, 'Corefile')
  writeFileSync(
    file,
    `.:53 {
  bind ${HOST_ADDRESS}
  errors
  ready 127.0.0.1:8181
  kubernetes cluster.local {
    kubeconfig ${own}
    pods disabled
    ttl 3
  }
}
`,
  )
  startDaemon(state, { name: 'coredns', program: binary('coredns'), args: ['-conf', file] })
}

const rbac = {
  apiVersion: 'v1',
  kind: 'List',
  items: [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'local-dns' },
      rules: [
        { apiGroups: [''], resources: ['services', 'pods', 'namespaces', 'endpoints'], verbs: ['list', 'watch'] },
        { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
      ],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'local-dns' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'local-dns' },
      subjects: [{ kind: 'User', name: 'local-dns' }],
    },
  ],
}
