import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again and again until the probe answers something, and fails after the deadline with the last thing it said.
 * A probe that throws has not answered yet; what it threw is part of the failure.
 */
export async function eventually<T>(what: string, deadlineMs: number, probe: () => Promise<T | undefined | false>): Promise<T> {
  const endsAt = Date.now() + deadlineMs
  let last = 'nothing yet'
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > endsAt) throw new Error(`not within ${deadlineMs / 1000} s: ${what} (last: ${last})`)
    await delay(500)
  }
}
