import { command } from '../command.ts'
import { containerdSocket } from '../kube-node.ts'
import type { NodeNetwork } from '../network.ts'

/** Gives the archives to every node, all nodes at once; an image that a node already has costs nothing. */
export async function importImages(nodes: readonly NodeNetwork[], archives: readonly string[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      for (const file of archives) await command('ctr', ['-a', containerdSocket(node), '-n', 'k8s.io', 'images', 'import', file])
    }),
  )
}
