import { spawn } from 'node:child_process'

export type Result = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** kubectl as a user types it, against one cluster. */
export type Kubectl = {
  /** Runs it and answers, whatever the exit code. */
  readonly try: (args: readonly string[], input?: string) => Promise<Result>
  /** Runs it and throws with its words when it fails; answers stdout. */
  readonly run: (args: readonly string[], input?: string) => Promise<string>
  /** `get … -o json`, parsed; undefined when the object does not exist. */
  readonly get: <T>(args: readonly string[]) => Promise<T | undefined>
}

export function createKubectl(program: string, kubeconfig: string): Kubectl {
  const attempt = (args: readonly string[], input?: string): Promise<Result> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...args], { env: { ...process.env, KUBECONFIG: kubeconfig }, stdio: ['pipe', 'pipe', 'pipe'] })
      let stdout = ''
      let stderr = ''
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        stderr += chunk
      })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code: code ?? 1, stdout, stderr }))
      child.stdin.on('error', () => undefined) // it may end without reading
      child.stdin.end(input ?? '')
    })
  const run = async (args: readonly string[], input?: string): Promise<string> => {
    const result = await attempt(args, input)
    if (result.code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${result.stderr.trim()}`)
    return result.stdout
  }
  return {
    try: attempt,
    run,
    get: async <T>(args: readonly string[]): Promise<T | undefined> => {
      const result = await attempt(['get', ...args, '-o', 'json'])
      if (result.code === 0) return JSON.parse(result.stdout) as T
      if (/NotFound/.test(result.stderr)) return undefined
      throw new Error(`kubectl get ${args.join(' ')}: ${result.stderr.trim()}`)
    },
  }
}
