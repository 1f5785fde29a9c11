// The step list in the terminal: one line a step, with the seconds that it took.
const startedAt = performance.now()

/** Runs one step; a step that fails says so with its seconds and throws on. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const live = process.stderr.isTTY
  const timer = live ? setInterval(() => process.stderr.write(`\r  … ${name} ${seconds(from)} s `), 1000) : undefined
  try {
    const result = await work()
    line(`✓ ${name}`, seconds(from), live)
    return result
  } catch (error) {
    line(`✗ ${name}`, seconds(from), live)
    throw error
  } finally {
    clearInterval(timer)
  }
}

/** A line without a time of its own. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function total(): string {
  return `${seconds(0 + startedAt)} s`
}

function line(text: string, time: string, live: boolean): void {
  process.stderr.write(`${live ? '\r' : ''}${text.padEnd(64)} ${time.padStart(7)} s\n`)
}

function seconds(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(1)
}
