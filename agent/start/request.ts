// What the launcher writes for each start of the Cassandra container, and what the agent answers.
import { readFile, rename, writeFile } from 'node:fs/promises'
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
  const value = (key: string) => lines.find(([name]) => name === key)?.[1]
  const id = value('id')
  const home = value('home')
  if (id === undefined || home === undefined) return undefined
  return { id, home, javaMajor: javaMajor(value('java') ?? ''), jars: lines.filter(([name]) => name === 'jar').map(([, jar]) => jar) }
}

/** `openjdk version "17.0.2"` is 17, `java version "1.8.0_292"` is 8. */
function javaMajor(line: string): number | undefined {
  const found = /"(?:1\.)?(\d+)/.exec(line)
  return found === null ? undefined : Number(found[1])
}

/** The version of Apache Cassandra in the image, from the name of its jar. */
export function imageVersion(request: StartRequest): string | undefined {
  for (const jar of request.jars) {
    const found = /^apache-cassandra-(\d+\.\d+\.\d+)\.jar$/.exec(jar) ?? /^cassandra-all-(\d+\.\d+\.\d+)\.jar$/.exec(jar)
    if (found !== null) return found[1]
  }
  return undefined
}

/** One argument a line; the rename makes the file appear whole. */
export async function answer(runDir: string, id: string, args: readonly string[]): Promise<void> {
  const file = join(runDir, 'start', `args-${id}`)
  await writeFile(`${file}.tmp`, `${args.map(quote).join('\n')}\n`)
  await rename(`${file}.tmp`, file)
}

function quote(argument: string): string {
  return `"${argument.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
