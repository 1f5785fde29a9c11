/**
 * The known name that a misspelt one most likely means, or undefined when none is near: at most a third of its letters
 * may differ (Levenshtein).
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined
  let smallest = Math.floor(name.length / 3) + 1
  for (const candidate of known) {
    // The difference in length is a lower bound, and cheap.
    if (Math.abs(candidate.length - name.length) >= smallest) continue
    const distance = editDistance(name, candidate)
    if (distance < smallest) {
      nearest = candidate
      smallest = distance
    }
  }
  return nearest
}

/** Letters to insert, delete or replace to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
