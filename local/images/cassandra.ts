// An image with the contract of the official one, for machines that can pull none: CASSANDRA_HOME=/opt/cassandra with
// lib/apache-cassandra-<version>.jar, java on the PATH, user cassandra 999:999, data under /var/lib/cassandra.
import { createHash } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import { home } from '../home.ts'
import { writeImage } from './oci.ts'

/** Debian with a JRE; what a server without a screen never opens is left out. */
async function baseLayer(): Promise<string> {
  const file = join(home.cache, 'images', 'debian-jre17-1.tar')
  if (existsSync(file)) return file
  const exclude = [
    '/usr/share/doc/*',
    '/usr/share/man/*',
    '/usr/share/locale/*',
    '/usr/share/i18n/*',
    '/usr/share/info/*',
    '/var/cache/apt/*',
  ]
  await command('mmdebstrap', [
    '--quiet',
    '--variant=extract',
    '--include=base-files,base-passwd,bash,dash,coreutils,grep,sed,findutils,procps,mount,util-linux,libc-bin,openjdk-17-jre-headless',
    ...exclude.map((path) => `--dpkgopt=path-exclude=${path}`),
    'bookworm',
    `${file}.part`,
    '--format=tar',
  ])
  renameSync(`${file}.part`, file)
  return file
}

/**
 * The jars of one version in CASSANDRA_HOME, and what the scripts of the extracted packages would have made.
 * @returns the archive of them, from the cache when it is there
 */
export async function cassandraJars(version: string): Promise<string> {
  mkdirSync(join(home.cache, 'images'), { recursive: true })
  const pom = join(home.checkout, 'local', 'cassandra-image', 'pom.xml')
  const key = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)
  const file = join(home.cache, 'images', `cassandra-jars-${version}-${key}-2.tar`)
  if (existsSync(file)) return file
  const root = `${file}.${process.pid}`
  const lib = join(root, 'opt', 'cassandra', 'lib')
  mkdirSync(lib, { recursive: true })
  for (const folder of ['etc', 'usr/bin', 'var/lib/cassandra']) mkdirSync(join(root, folder), { recursive: true })
  chownSync(join(root, 'var/lib/cassandra'), 999, 999)
  symlinkSync(`/usr/lib/jvm/java-17-openjdk-${process.arch === 'arm64' ? 'arm64' : 'amd64'}/bin/java`, join(root, 'usr/bin/java'))
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\ncassandra:x:999:999::/var/lib/cassandra:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\ncassandra:x:999:\n')
  await command(
    'mvn',
    [
      '-q',
      '-B',
      '-f',
      pom,
      `-Dcassandra.version=${version}`,
      'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies',
      '-DincludeScope=runtime',
      `-DoutputDirectory=${lib}`,
    ],
    { cwd: root },
  )
  for (const jar of readdirSync(lib)) {
    // Native libraries of other platforms, and the Maven name of what the distribution calls apache-cassandra.
    if (/-(osx|windows|macos)-|native-macos|-linux-riscv64/.test(jar)) rmSync(join(lib, jar))
    if (jar === `cassandra-all-${version}.jar`) renameSync(join(lib, jar), join(lib, `apache-cassandra-${version}.jar`))
  }
  await command('tar', ['--numeric-owner', '-cf', `${file}.part`, '-C', root, 'opt', 'etc', 'usr', 'var'])
  rmSync(root, { recursive: true })
  renameSync(`${file}.part`, file)
  return file
}

/** @returns the archive of `cassandra:<version>`, from the cache when it is there */
export async function cassandraImage(version: string): Promise<string> {
  mkdirSync(join(home.cache, 'images'), { recursive: true })
  const layers = [await baseLayer(), await cassandraJars(version)]
  const file = join(home.cache, 'images', `cassandra-${version}.tar`)
  const stamp = `${file}.layers`
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === layers.join('\n')) return file
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'CASSANDRA_HOME=/opt/cassandra', 'LANG=C.UTF-8']
  await writeImage({ name: `docker.io/library/cassandra:${version}`, layers, env, user: '' }, file)
  writeFileSync(stamp, layers.join('\n'))
  return file
}
