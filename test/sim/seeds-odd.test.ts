import { test } from 'node:test'
import { checkSeeds, SEEDS } from './check-seeds.ts'

test(`no invariant breaks in the odd ones of ${SEEDS} seeds`, () => checkSeeds(1))
