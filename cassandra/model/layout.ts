// Folders on the data volume; all beside the agent's marker, none above it.
import { DATA_DIR } from '../../api/paths.ts'

export const folders = {
  data: `${DATA_DIR}/data`,
  commitlog: `${DATA_DIR}/commitlog`,
  hints: `${DATA_DIR}/hints`,
  savedCaches: `${DATA_DIR}/saved_caches`,
  cdc: `${DATA_DIR}/cdc_raw`,
} as const
