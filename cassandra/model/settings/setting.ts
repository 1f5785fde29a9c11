// What cassandra.yaml of one release line may hold. The tables beside this file are generated (scripts/generate-settings.ts).

export const durationUnits = ['ns', 'us', 'ms', 's', 'm', 'h', 'd'] as const
export const storageUnits = ['B', 'KiB', 'MiB', 'GiB'] as const

export type SettingType =
  | 'boolean'
  /** 32 bits. */
  | 'integer'
  /** 32 bits, not negative. */
  | 'natural'
  /** 64 bits. */
  | 'long'
  | 'long natural'
  | 'double'
  | 'string'
  /** Such as 64MiB/s. */
  | 'rate'
  | 'list'
  | 'map'
  /** A map with class_name and parameters, or a list that holds only it. */
  | 'class'
  | { readonly listOf: readonly string[] }
  | { readonly enum: readonly string[] }
  /** Such as 10s; the smallest unit that Cassandra takes for it. */
  | { readonly duration: (typeof durationUnits)[number] }
  /** Such as 64MiB; the smallest unit that Cassandra takes for it. */
  | { readonly storage: (typeof storageUnits)[number] }

export type Settings = {
  /** The release that the table was read from. */
  readonly version: string
  /** Every name that Cassandra accepts, old ones too; an array when it takes several types. */
  readonly types: Readonly<Record<string, SettingType | readonly SettingType[]>>
  /** Old name to new name, for the old names that this line still accepts. It refuses a file with both. */
  readonly renamed: Readonly<Record<string, string>>
}
