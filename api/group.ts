/** The API group and version of every resource; the only place that holds them. */
export const GROUP = 'ringkeeper.io'
export const VERSION = 'v1alpha1'
export const API_VERSION = `${GROUP}/${VERSION}`
