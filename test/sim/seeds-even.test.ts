import { test } from 'node:test'
import { checkSeeds, SEEDS } from './check-seeds.ts'

test(`no invariant breaks in the even ones of ${SEEDS} seeds`, () => checkSeeds(0))
