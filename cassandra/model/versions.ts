/** Release lines of Apache Cassandra that Ringkeeper configures. */
export type Line = '4.0' | '4.1' | '5.0'
export const lines: readonly Line[] = ['4.0', '4.1', '5.0']

/** The line of an exact version such as 5.0.9, or undefined when it is not supported. */
export function lineOf(version: string): Line | undefined {
  return lines.find((line) => version.startsWith(`${line}.`))
}
