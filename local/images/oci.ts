// Writes an OCI image archive from layer tars. An image here is one tar or two and four small JSON files; writing them
// ourselves needs no image store and takes a second where a builder took half a minute (docs/decisions/0015).
import { createHash } from 'node:crypto'
import { createReadStream, existsSync, linkSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'

export type ImageSpec = {
  /** Full name, as containerd knows it: docker.io/library/cassandra:5.0.9 */
  readonly name: string
  /** Layer tars, uncompressed, lowest first. */
  readonly layers: readonly string[]
  readonly env: readonly string[]
  readonly user: string
  readonly command?: readonly string[]
}

/** Writes the archive to `file`, whole or not at all. */
export async function writeImage(spec: ImageSpec, file: string): Promise<void> {
  const dir = `${file}.${process.pid}`
  const blobs = join(dir, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const layers = await Promise.all(
    spec.layers.map(async (layer) => {
      const digest = await sha256(layer)
      if (!existsSync(join(blobs, digest))) linkSync(layer, join(blobs, digest))
      return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: `sha256:${digest}`, size: statSync(layer).size }
    }),
  )
  const config = blob(blobs, 'application/vnd.oci.image.config.v1+json', {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Env: spec.env, User: spec.user, ...(spec.command === undefined ? {} : { Cmd: spec.command }) },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  })
  const manifest = blob(blobs, 'application/vnd.oci.image.manifest.v1+json', { schemaVersion: 2, config, layers })
  writeFileSync(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  writeFileSync(
    join(dir, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations: { 'io.containerd.image.name': spec.name } }] }),
  )
  await command('tar', ['-cf', `${dir}.tar`, '-C', dir, 'oci-layout', 'index.json', 'blobs'])
  rmSync(dir, { recursive: true })
  renameSync(`${dir}.tar`, file)
}

type Descriptor = { readonly mediaType: string; readonly digest: string; readonly size: number }

function blob(dir: string, mediaType: string, content: unknown): Descriptor {
  const text = JSON.stringify(content)
  const digest = createHash('sha256').update(text).digest('hex')
  writeFileSync(join(dir, digest), text)
  return { mediaType, digest: `sha256:${digest}`, size: Buffer.byteLength(text) }
}

function sha256(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => resolve(hash.digest('hex')))
  })
}
