import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { binary } from '../binaries.ts'
import { command } from '../command.ts'
import { home } from '../home.ts'
import { PAUSE_IMAGE } from '../kube-node.ts'
import { writeImage } from './oci.ts'

/** @returns the archive of the image that holds a pod's namespaces */
export async function pauseImage(): Promise<string> {
  const file = join(home.cache, 'images', 'pause-1.tar')
  if (existsSync(file)) return file
  mkdirSync(dirname(file), { recursive: true })
  const layer = `${file}.layer`
  await command('tar', ['--owner=0', '--group=0', '-cf', layer, '-C', dirname(binary('pause')), 'pause'])
  await writeImage({ name: PAUSE_IMAGE, layers: [layer], env: [], user: '65535:65535', command: ['/pause'] }, file)
  rmSync(layer)
  return file
}
