// Volumes: a fixed number of folders on each node, offered as local volumes and bound where the pod is scheduled.
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { binary } from './binaries.ts'
import { command } from './command.ts'
import { nodeFolder } from './kube-node.ts'
import type { NodeNetwork } from './network.ts'

const VOLUMES_PER_NODE = 24

export async function createVolumes(state: string, kubeconfig: string, nodes: readonly NodeNetwork[]): Promise<void> {
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'local', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  }
  const volumes = nodes.flatMap((node) =>
    Array.from({ length: VOLUMES_PER_NODE }, (_, index) => {
      const path = join(nodeFolder(state, node), 'volumes', `v${index}`)
      mkdirSync(path, { recursive: true })
      chmodSync(path, 0o777)
      return {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name: `${node.name}-v${index}` },
        spec: {
          capacity: { storage: '20Gi' },
          accessModes: ['ReadWriteOnce'],
          persistentVolumeReclaimPolicy: 'Retain',
          storageClassName: 'local',
          local: { path },
          nodeAffinity: {
            required: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node.name] }] }],
            },
          },
        },
      }
    }),
  )
  const list = { apiVersion: 'v1', kind: 'List', items: [storageClass, ...volumes] }
  await command(binary('kubectl'), ['--kubeconfig', kubeconfig, 'create', '-f', '-'], { input: JSON.stringify(list) })
}
