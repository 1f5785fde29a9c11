import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import { containerdSocket, nodeFolder } from '../kube-node.ts'
import type { NodeNetwork } from '../network.ts'

/** Gives the archives to every node, all nodes at once. What a node was given is noted beside its containerd, and not given again. */
export async function importImages(state: string, nodes: readonly NodeNetwork[], archives: readonly string[]): Promise<void> {
  await Promise.all(
    nodes.map(async (node) => {
      const note = join(nodeFolder(state, node), 'images')
      const given = existsSync(note) ? readFileSync(note, 'utf8').split('\n') : []
      for (const file of archives) {
        const archive = `${file} ${statSync(file).mtimeMs}`
        if (given.includes(archive)) continue
        await command('ctr', ['-a', containerdSocket(node), '-n', 'k8s.io', 'images', 'import', file])
        given.push(archive)
        writeFileSync(note, given.join('\n'))
      }
    }),
  )
}
