// Quantities of Kubernetes, and bytes for people.
const SUFFIX: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
}

/** @returns the number that a quantity such as 4Gi or 500m means, or undefined when it is none */
export function parseQuantity(text: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)(m|k|[MGTP]i?|Ki|e\d+)?$/.exec(text)
  if (found === null) return undefined
  const suffix = found[2] ?? ''
  const factor = suffix.startsWith('e') ? 10 ** Number(suffix.slice(1)) : SUFFIX[suffix]
  return factor === undefined ? undefined : Number(found[1]) * factor
}

/** 13.1 GiB */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let power = 0
  // From 1023.95 on the rounded number would be 1024.0.
  while (power < units.length - 1 && bytes / 2 ** (10 * power) >= (power === 0 ? 1024 : 1023.95)) power++
  const value = bytes / 2 ** (10 * power)
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`
}
