// Init container of a Cassandra pod: copies launcher and Java agents from our image to the folder that the unmodified
// Cassandra image sees.
import { cpSync } from 'node:fs'
import { APP_DIR, RUN_DIR } from '../api/paths.ts'

cpSync(`${APP_DIR}/files`, RUN_DIR, { recursive: true })
