// CQL runs in a process of its own: the driver needs memory that the agent does not keep. The request goes through
// standard input, so that no password stands on a command line or in the environment.
import { spawn } from 'node:child_process'
import type { Job } from '../../api/agent.ts'
import { APP_DIR } from '../../api/paths.ts'

const LONGEST_MS = 120_000

/** @returns the worker's summary; throws with its words */
export function runCql(job: Extract<Job, { readonly kind: 'cql' | 'roles' }>): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = spawn(process.execPath, [`${APP_DIR}/cql-worker.mjs`], { stdio: ['pipe', 'pipe', 'pipe'], timeout: LONGEST_MS })
    let out = ''
    let err = ''
    worker.stdout.on('data', (chunk) => {
      out += chunk
    })
    worker.stderr.on('data', (chunk) => {
      err += chunk
    })
    worker.on('error', reject)
    worker.on('close', (code) => (code === 0 ? resolve(out.trim()) : reject(new Error(err.trim().slice(-800) || `ended with ${code}`))))
    worker.stdin.on('error', () => undefined)
    worker.stdin.end(JSON.stringify(job))
  })
}
