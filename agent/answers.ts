// What Jolokia answered, by its shape. Anything else than what was asked for throws: a view in which something is missing
// would read as absence.
import type { Fact } from '../lib/result.ts'

export function value(fact: Fact<unknown> | undefined): unknown {
  if (fact === undefined || !fact.known) throw new Error(fact?.message ?? 'no answer')
  return fact.value
}

export function object(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unexpected('an object', value)
  return value as Readonly<Record<string, unknown>>
}

export function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw unexpected('a list', value)
  return value
}

export function text(value: unknown): string {
  if (typeof value !== 'string') throw unexpected('a text', value)
  return value
}

export function flag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unexpected('true or false', value)
  return value
}

/** Longs come as text. */
export function number(value: unknown): number {
  const found = typeof value === 'string' && value !== '' ? Number(value) : value
  if (typeof found !== 'number' || !Number.isFinite(found)) throw unexpected('a number', value)
  return found
}

export function texts(value: unknown): readonly string[] {
  return list(value).map(text)
}

export function mapOf<T>(value: unknown, parse: (value: unknown) => T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(object(value)).map(([key, entry]) => [key, parse(entry)]))
}

/** `{dc1=3, class=org.apache.cassandra.locator.NetworkTopologyStrategy}`, or the same as JSON, as a map. */
export function parseMap(text: string): Readonly<Record<string, string>> {
  const pairs = text
    .replace(/^.*?\{|\}.*$/gs, '')
    .split(',')
    .map((pair) => pair.split(/[=:]/).map((part) => part.trim().replace(/^["']|["']$/g, '')))
  return Object.fromEntries(pairs.filter(([key]) => key !== undefined && key !== '').map(([key, text]) => [key, text ?? '']))
}

function unexpected(wanted: string, found: unknown): Error {
  const shown = found === undefined ? 'nothing' : typeof found === 'object' && found !== null ? 'something else' : String(found)
  return new Error(`Cassandra answered ${shown.slice(0, 100)} where ${wanted} was expected`)
}
