import { durationUnits, type SettingType, storageUnits } from './setting.ts'

/** The rules are those of DurationSpec, DataStorageSpec and DataRateSpec of 4.1 and 5.0: no spaces, no fractions, case matters. */
const DURATION = /^\d+(d|h|m|s|ms|us|µs|ns)$/
const STORAGE = /^\d+(GiB|MiB|KiB|B)$/
const RATE = /^\d+(MiB\/s|KiB\/s|B\/s)$/

/** @returns whether Cassandra can read the value into a setting of this type */
export function fits(type: SettingType, value: unknown): boolean {
  if (typeof type === 'object') {
    if ('listOf' in type) return Array.isArray(value) && value.every((item) => type.listOf.includes(item))
    if (typeof value !== 'string') return false
    if ('enum' in type) return type.enum.includes(value)
    if ('duration' in type) return hasUnit(DURATION, durationUnits, type.duration, value.replace('µ', 'u'))
    return hasUnit(STORAGE, storageUnits, type.storage, value)
  }
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return isInteger(value)
    case 'natural':
      return isInteger(value) && value >= 0
    case 'long':
      return Number.isSafeInteger(value)
    case 'long natural':
      return Number.isSafeInteger(value) && (value as number) >= 0
    case 'double':
      return typeof value === 'number' && Number.isFinite(value)
    case 'string':
      return typeof value === 'string'
    case 'rate':
      return typeof value === 'string' && RATE.test(value)
    case 'list':
      return Array.isArray(value)
    case 'map':
      return isMap(value)
    case 'class':
      return isClass(value) || (Array.isArray(value) && value.length === 1 && isClass(value[0]))
    default:
      return type satisfies never
  }
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && value === Math.trunc(value) && Math.abs(value) < 2 ** 31
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isClass(value: unknown): boolean {
  return (
    isMap(value) && typeof value.class_name === 'string' && Object.keys(value).every((key) => key === 'class_name' || key === 'parameters')
  )
}

function hasUnit(pattern: RegExp, units: readonly string[], smallest: string, value: string): boolean {
  const unit = pattern.exec(value)?.[1]
  return unit !== undefined && units.indexOf(unit) >= units.indexOf(smallest)
}

/** What a value of this type looks like, to follow "must be". */
export function describeType(type: SettingType): string {
  if (typeof type === 'object') {
    if ('listOf' in type) return `a list of ${type.listOf.join(', ')}`
    if ('enum' in type) return `one of ${type.enum.join(', ')}`
    if ('duration' in type)
      return `a duration with a unit (${atLeast(durationUnits, type.duration)}), such as "10${example(type.duration)}"`
    return `a size with a unit (${atLeast(storageUnits, type.storage)}), such as "64MiB"`
  }
  switch (type) {
    case 'boolean':
      return 'true or false, without quotes'
    case 'integer':
      return 'a whole number of 32 bits, without quotes'
    case 'natural':
      return 'a whole number of 32 bits from 0, without quotes'
    case 'long':
      return 'a whole number, without quotes'
    case 'long natural':
      return 'a whole number from 0, without quotes'
    case 'double':
      return 'a number, without quotes'
    case 'string':
      return 'text in quotes'
    case 'rate':
      return 'a rate with a unit (B/s, KiB/s, MiB/s), such as "64MiB/s"'
    case 'list':
      return 'a list'
    case 'map':
      return 'a map'
    case 'class':
      return 'a map with class_name and parameters only'
    default:
      return type satisfies never
  }
}

function atLeast(units: readonly string[], smallest: string): string {
  return units.slice(units.indexOf(smallest)).join(', ')
}

/** Seconds read best, where they are allowed. */
function example(smallest: string): string {
  return smallest === 'm' || smallest === 'h' || smallest === 'd' ? smallest : 's'
}
