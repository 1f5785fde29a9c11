// A port of a pod on loopback for as long as some work takes: the way that works from every machine to every cluster.
import { spawn } from 'node:child_process'
import type { Kubectl } from './kubectl.ts'

/** Runs the work with the local port. @throws with kubectl's words when the port cannot be forwarded */
export async function withPort<T>(
  { words: [program, ...where] }: Kubectl,
  namespace: string,
  pod: string,
  port: number,
  work: (localPort: number) => Promise<T>,
): Promise<T> {
  const child = spawn(program, [...where, '-n', namespace, 'port-forward', `pod/${pod}`, `:${port}`], { stdio: ['ignore', 'pipe', 'pipe'] })
  const opened = Promise.withResolvers<number>()
  let said = ''
  const listen = (chunk: Buffer): void => {
    said += chunk.toString()
    const found = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1]
    if (found !== undefined) opened.resolve(Number(found))
  }
  child.stdout.on('data', listen)
  child.stderr.on('data', listen)
  child.on('error', opened.reject)
  child.on('exit', () => opened.reject(new Error(`port-forward to ${pod}: ${said.trim()}`)))
  try {
    return await work(await opened.promise)
  } finally {
    child.kill()
  }
}
