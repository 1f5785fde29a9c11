// A fact about the world is either known, with the time at which it was true, or unknown, with a reason that a person
// can read. There is no third way: a failed read is never "nothing there" (k8ssandra/cass-operator#973).

/** Milliseconds since the epoch, UTC. */
export type Millis = number

export type Known<T> = { readonly known: true; readonly value: T; readonly at: Millis }
export type Unknown = { readonly known: false; readonly reason: string; readonly message: string }
export type Fact<T> = Known<T> | Unknown

export function known<T>(value: T, at: Millis): Known<T> {
  return { known: true, value, at }
}

/** @param reason a word of api/reasons.ts, or a code that the caller maps to one */
export function unknown(reason: string, message: string): Unknown {
  return { known: false, reason, message }
}
