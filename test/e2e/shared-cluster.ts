// The scenarios share one local cluster. The first file brings it up by the command of the README; the others find it whole,
// or say at once that it is not.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { binary } from '../../local/binaries.ts'
import { home } from '../../local/home.ts'
import { createDemo, type Demo } from './demo-cluster.ts'
import { createKubectl } from './kubectl.ts'

/** Names of the demo's nodes are as long as they are on any machine with three zones. */
export const FIRST_THREE = ['demo-dc1-rack1-0', 'demo-dc1-rack2-0', 'demo-dc1-rack3-0'] as const

export function openDemo(): Demo {
  return createDemo(createKubectl(binary('kubectl'), home.kubeconfig))
}

/** The demo, Ready with what an earlier scenario left; a broken one fails here and not in every assertion. */
export async function readyDemo(deadlineMs = 120_000): Promise<Demo> {
  const demo = openDemo()
  await demo.ready(deadlineMs)
  return demo
}

/** Runs an npm command of the README, showing what it prints; answers exit code and output. */
export function npm(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', [...args], { cwd: join(home.checkout), stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const take = (chunk: Buffer): void => {
      output += chunk.toString()
      process.stdout.write(chunk)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
