// Says what is wrong with spec.config before anything restarts: Cassandra does not start with a key that it does not know or
// with a value that it cannot read, and would say so on the first node of a rollout only.
import { ownedConfigKeys } from '../../api/owned-config.ts'
import { nearestName } from './nearest-name.ts'
import { settings as settings40 } from './settings/4.0.ts'
import { settings as settings41 } from './settings/4.1.ts'
import { settings as settings50 } from './settings/5.0.ts'
import { describeType, fits } from './settings/check-value.ts'
import type { Settings, SettingType } from './settings/setting.ts'
import { type Line, lineOf, lines } from './versions.ts'

export const ownedKeys = ownedConfigKeys

const tables: Readonly<Record<Line, Settings>> = { '4.0': settings40, '4.1': settings41, '5.0': settings50 }

/** Where the user says it instead; other owned keys have no field. */
const FIELD_OF: ReadonlyMap<string, string> = new Map([
  ['cluster_name', 'spec.clusterName'],
  ['num_tokens', 'spec.numTokens'],
  ['authenticator', 'spec.auth.enabled'],
  ['authorizer', 'spec.auth.enabled'],
  ['role_manager', 'spec.auth.enabled'],
])

/**
 * @param version exact, such as 5.0.9: each line has settings of its own
 * @returns the first problem as a sentence for the user, with key, value, rule and remedy, or undefined
 */
export function checkConfig(version: string, config: Readonly<Record<string, unknown>>): string | undefined {
  const line = lineOf(version)
  if (line === undefined)
    return `spec.version is ${version}: Ringkeeper knows the settings of ${lines.join(', ')}; choose a release of one of them`
  for (const [key, value] of Object.entries(config)) {
    const problem = checkEntry(line, key, value, config)
    if (problem !== undefined) return `spec.config.${key} is ${show(key, value)}: ${problem}`
  }
  return undefined
}

function checkEntry(line: Line, key: string, value: unknown, config: Readonly<Record<string, unknown>>): string | undefined {
  const { renamed } = tables[line]
  const current = lookUp(renamed, key) ?? key
  if (ownedKeys.includes(current)) {
    const field = FIELD_OF.get(current)
    return `Ringkeeper decides it; remove it${field === undefined ? '' : ` and set ${field}`}`
  }
  const type = typeOf(line, key)
  if (type === undefined) return unknownKey(line, key)
  if (current !== key && Object.hasOwn(config, current)) {
    return `it is the old name of ${current}, and Cassandra ${line} does not start with both; remove spec.config.${key}`
  }
  if (value === null) return 'it has no value; remove it, and Cassandra uses its default'
  const types = [type].flat() as readonly SettingType[]
  if (types.some((one) => fits(one, value))) return undefined
  return `in Cassandra ${line} it must be ${types.map(describeType).join(', or ')}`
}

function unknownKey(line: Line, key: string): string {
  const [parent] = key.split('.')
  if (parent !== undefined && parent !== key && typeOf(line, parent) !== undefined) {
    return `a key has no dots here; write spec.config.${parent} as a map`
  }
  const name = nameInLine(line, key)
  if (name !== undefined) return `Cassandra ${line} calls it ${name}; write that, which must be ${describe(line, name)}`
  const having = lines.filter((other) => typeOf(other, key) !== undefined)
  const first = having[0]
  const last = having.at(-1)
  if (first === undefined || last === undefined) {
    const usable = Object.keys(tables[line].types).filter((known) => !ownedKeys.includes(known))
    const nearest = nearestName(key, usable)
    return `Cassandra ${line} has no such setting; ${nearest === undefined ? 'remove it' : `did you mean ${nearest}?`}`
  }
  if (lines.indexOf(first) > lines.indexOf(line)) return `it exists only from Cassandra ${first}; remove it, or raise spec.version`
  return `it was removed in Cassandra ${lines[lines.indexOf(last) + 1]}; remove it`
}

/** What this line calls a setting that another line calls `key`: 4.1 gave most of those with a unit a new name. */
function nameInLine(line: Line, key: string): string | undefined {
  for (const other of lines) {
    const { renamed } = tables[other]
    const synonyms = [...Object.keys(renamed).filter((oldName) => renamed[oldName] === key), lookUp(renamed, key)]
    const found = synonyms.find((name) => name !== undefined && typeOf(line, name) !== undefined)
    if (found !== undefined) return found
  }
  return undefined
}

function describe(line: Line, name: string): string {
  return ([typeOf(line, name) ?? []].flat() as readonly SettingType[]).map(describeType).join(', or ')
}

function typeOf(line: Line, key: string): SettingType | readonly SettingType[] | undefined {
  return lookUp(tables[line].types, key)
}

/** A user's key may be `constructor`, which every object literal seems to have. */
function lookUp<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}

/** The value as the user wrote it. What it holds inside, or a password, stays out of status and logs. */
function show(key: string, value: unknown): string {
  if (/password|secret/i.test(key)) return '(hidden)'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'a map'
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
