import { open, stat } from 'node:fs/promises'
import type { Reason } from '../../api/reasons.ts'

export type StartFailure = { readonly reason: Reason; readonly message: string }

const TAIL_BYTES = 64 * 1024

/** The first error of the last start, in Cassandra's words, from the log that holds warnings and errors alone. */
export async function startFailure(log: string, since: number): Promise<StartFailure | undefined> {
  const text = await readFrom(log, since)
  const index = text.search(/^ERROR /m)
  if (index < 0) return undefined
  const lines = text.slice(index).split('\n')
  // The cause says more than "Exception encountered during startup".
  const cause = lines.find((line) => /^(Caused by: |[\w.$]+(Exception|Error): )/.test(line))
  const message = (cause ?? lines[0]?.replace(/^ERROR \S+ \S+ /, '') ?? '').slice(0, 600)
  return { reason: reasonOf(lines.slice(0, 12).join('\n')), message }
}

function reasonOf(text: string): Reason {
  if (/CommitLogRe(ad|play)/.test(text)) return 'CommitLogCorrupt'
  if (/A node with address .* already exists/.test(text)) return 'AddressTaken'
  return 'StartFailed'
}

async function readFrom(log: string, since: number): Promise<string> {
  try {
    const { size } = await stat(log)
    const from = size < since ? 0 : since // it was rotated meanwhile
    const file = await open(log)
    try {
      const { buffer, bytesRead } = await file.read({
        position: from,
        length: Math.min(size - from, TAIL_BYTES),
        buffer: Buffer.alloc(TAIL_BYTES),
      })
      return buffer.toString('utf8', 0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}

export async function sizeOf(log: string): Promise<number> {
  try {
    return (await stat(log)).size
  } catch {
    return 0
  }
}
