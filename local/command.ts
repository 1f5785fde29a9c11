import { spawn } from 'node:child_process'

export type CommandOptions = {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly timeoutMs?: number
}

/** Runs a program and answers its standard output; throws with its last words when it fails. */
export function command(program: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (code === 0) return resolve(stdout)
      const words = (stderr.trim() || stdout.trim()).split('\n').slice(-15).join('\n')
      reject(new Error(`${program} ${args.join(' ').slice(0, 300)} ended with ${code ?? signal}:\n${words}`))
    })
    child.stdin.on('error', () => undefined) // it may end without reading
    child.stdin.end(options.input ?? '')
  })
}

/** Whether the program ends well; what it says is of no interest. */
export async function succeeds(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await command(program, args)
    return true
  } catch {
    return false
  }
}
