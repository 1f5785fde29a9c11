import { open, stat } from 'node:fs/promises'
import type { Reason } from '../../api/reasons.ts'

export type StartFailure = { readonly reason: Reason; readonly message: string }

/** The first errors are what matters. */
const BYTES = 64 * 1024

/** The first error of the last start, in Cassandra's words, from the log that holds warnings and errors alone. */
export async function startFailure(log: string, since: number): Promise<StartFailure | undefined> {
  const [, entry] = /^(ERROR .*(?:\n(?!ERROR |WARN ).*)*)/m.exec(await readSince(log, since)) ?? []
  if (entry === undefined) return undefined
  const lines = entry.split('\n')
  // The cause says more than "Exception encountered during startup".
  const cause = lines.find((line) => /^(Caused by: |[\w.$]+(Exception|Error): )/.test(line))
  const message = `${cause ?? lines[0]?.replace(/^ERROR \S+ \S+ /, '') ?? ''}${settingOf(lines)}`.slice(0, 600)
  return { reason: reasonOf(entry), message }
}

/** "Invalid yaml" alone helps nobody: which setting it was stands further down, and what is wrong with it at the end. */
function settingOf(lines: readonly string[]): string {
  const [, setting] = /Cannot create property=(\w+)/.exec(lines.join('\n')) ?? []
  const why = lines.findLast((line) => /^\S/.test(line))?.replace(/^Caused by: /, '')
  return setting === undefined ? '' : `; ${setting}: ${why}`
}

function reasonOf(text: string): Reason {
  if (/CommitLogRe(ad|play)/.test(text)) return 'CommitLogCorrupt'
  if (/A node with address .* already exists/.test(text)) return 'AddressTaken'
  return 'StartFailed'
}

/** What was written after the log had `since` bytes; when it was rotated meanwhile, the older file holds the beginning. */
async function readSince(log: string, since: number): Promise<string> {
  if ((await sizeOf(log)) >= since) return slice(log, since)
  return `${await slice(`${log}.1`, since)}${await slice(log, 0)}`
}

async function slice(path: string, from: number): Promise<string> {
  try {
    const file = await open(path)
    try {
      const { buffer, bytesRead } = await file.read({ position: from, length: BYTES, buffer: Buffer.alloc(BYTES) })
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

/** 0 when there is none yet. */
export async function sizeOf(log: string): Promise<number> {
  try {
    return (await stat(log)).size
  } catch {
    return 0
  }
}
