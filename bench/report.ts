// One line of JSON a figure, for people to read and for programs to compare.

export function report(bench: string, figures: Readonly<Record<string, unknown>>): void {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, typeof value === 'number' ? Number(value.toFixed(2)) : value]),
  )
  process.stdout.write(`${JSON.stringify({ bench, ...rounded })}\n`)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
