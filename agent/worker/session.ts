/** One connection to the node beside it, as one login. */
export type Session = { readonly execute: (cql: string) => Promise<void>; readonly close: () => Promise<void> }
