// Our own image, from nothing: the Node binary and the C libraries that it names, and the bundled programs.
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { command } from '../command.ts'
import { home } from '../home.ts'
import { writeImage } from './oci.ts'

export type OwnImage = { readonly name: string; readonly file: string }

/** @param programs folder that `bundle()` made */
export async function ringkeeperImage(programs: string): Promise<OwnImage> {
  const folder = join(home.cache, 'images')
  mkdirSync(folder, { recursive: true })
  const { version } = JSON.parse(readFileSync(join(home.checkout, 'package.json'), 'utf8')) as { version: string }
  const node = await nodeLayer(folder)
  const hash = createHash('sha256').update(node)
  for (const path of globSync('**/*', { cwd: programs }).sort()) {
    if (/\.(mjs|sh|jar)$/.test(path)) hash.update(path).update(readFileSync(join(programs, path)))
  }
  const tag = `${version}-${hash.digest('hex').slice(0, 12)}`
  const image: OwnImage = { name: `ringkeeper/ringkeeper:${tag}`, file: join(folder, `ringkeeper-${tag}.tar`) }
  if (existsSync(image.file)) return image
  for (const old of globSync('ringkeeper-*.tar', { cwd: folder })) rmSync(join(folder, old))
  const layer = await layerOf(join(folder, 'app'), (root) => cpSync(programs, join(root, 'app'), { recursive: true }))
  const env = ['PATH=/usr/local/bin', 'NODE_ENV=production']
  await writeImage({ name: `docker.io/${image.name}`, layers: [node, layer], env, user: '65532:65532' }, image.file)
  rmSync(layer)
  return image
}

/** The layer that changes only with Node itself. */
async function nodeLayer(folder: string): Promise<string> {
  const file = join(folder, `node-${process.version}-${process.arch}.tar`)
  if (existsSync(file)) return file
  const libraries = [...(await command('ldd', [process.execPath])).matchAll(/(\/\S+\.so\S*)/g)].map((found) => found[1] ?? '')
  const layer = await layerOf(join(folder, 'node'), (root) => {
    const copy = (from: string, to: string): void => {
      mkdirSync(dirname(join(root, to)), { recursive: true })
      copyFileSync(realpathSync(from), join(root, to))
    }
    copy(process.execPath, '/usr/local/bin/node')
    for (const library of libraries) copy(library, library)
    mkdirSync(join(root, 'tmp'), { mode: 0o777 })
    mkdirSync(join(root, 'etc'))
    writeFileSync(join(root, 'etc', 'passwd'), 'root:x:0:0::/:\ncassandra:x:999:999::/:\nringkeeper:x:65532:65532::/:\n')
    // Names resolve by DNS and by nothing else.
    writeFileSync(join(root, 'etc', 'nsswitch.conf'), 'hosts: files dns\n')
  })
  renameSync(layer, file)
  return file
}

async function layerOf(path: string, fill: (root: string) => void): Promise<string> {
  const root = `${path}.${process.pid}`
  rmSync(root, { recursive: true, force: true })
  mkdirSync(root, { recursive: true })
  fill(root)
  await command('tar', ['--owner=0', '--group=0', '--numeric-owner', '--sort=name', '--mtime=@0', '-cf', `${root}.tar`, '-C', root, '.'])
  rmSync(root, { recursive: true })
  return `${root}.tar`
}
