// What the launcher writes for each start of the Cassandra container, and what the agent answers.
import { access, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type StartRequest = {
  readonly id: string
  /** CASSANDRA_HOME of the image. */
  readonly home: string
  /** Major version of Java, or undefined when `java -version` said something else. */
  readonly javaMajor: number | undefined
  /** Names in $CASSANDRA_HOME/lib. */
  readonly jars: readonly string[]
}

/** @returns the newest request, or undefined while the container has not asked */
export async function readRequest(runDir: string): Promise<StartRequest | undefined> {
  try {
    return parseRequest(await readFile(join(runDir, 'start', 'request'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export function parseRequest(text: string): StartRequest | undefined {
  const lines = text.split('\n').map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const)
  const values = (key: string) => lines.filter(([name]) => name === key).map(([, value]) => value)
  const [id] = values('id')
  const [home] = values('home')
  if (id === undefined || id === '' || home === undefined) return undefined
  return { id, home, javaMajor: javaMajor(values('java')), jars: values('jar') }
}

/** `openjdk version "17.0.2"` is 17, `java version "1.8.0_292"` is 8; other lines may stand around it (JAVA_TOOL_OPTIONS). */
function javaMajor(lines: readonly string[]): number | undefined {
  const found = lines.map((line) => /version "(?:1\.)?(\d+)/.exec(line)).find((match) => match !== null)
  return found === undefined ? undefined : Number(found?.[1])
}

/** The version of Apache Cassandra in the image, from the name of its jar. */
export function imageVersion(request: StartRequest): string | undefined {
  for (const jar of request.jars) {
    const found = /^apache-cassandra-(\d+\.\d+\.\d+)\.jar$/.exec(jar) ?? /^cassandra-all-(\d+\.\d+\.\d+)\.jar$/.exec(jar)
    if (found !== null) return found[1]
  }
  return undefined
}

/** Whether this start has been answered, perhaps before a restart of the agent: the JVM of that answer runs, or has run. */
export async function isAnswered(runDir: string, id: string): Promise<boolean> {
  try {
    await access(argumentFile(runDir, id))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

/** One argument a line; the rename makes the file appear whole. */
export async function answer(runDir: string, id: string, args: readonly string[]): Promise<void> {
  const file = argumentFile(runDir, id)
  await writeFile(`${file}.tmp`, `${args.map(quote).join('\n')}\n`)
  await rename(`${file}.tmp`, file)
}

/** What earlier lives of the container have left: a node that restarts for months must not fill the shared folder. */
export async function forgetEarlier(runDir: string, id: string): Promise<void> {
  const dir = join(runDir, 'start')
  // Not the request, nor one that is being written.
  const old = (await readdir(dir)).filter((name) => !/^\.?request$/.test(name) && !name.includes(id))
  await Promise.all(old.map((name) => rm(join(dir, name), { force: true })))
}

function argumentFile(runDir: string, id: string): string {
  return join(runDir, 'start', `args-${id}`)
}

function quote(argument: string): string {
  return `"${argument.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
