import { hostname } from 'node:os'

export type Settings = {
  /** Namespace of the operator itself, where its lease is. */
  readonly namespace: string
  readonly identity: string
  /** Our own image, which the Cassandra pods take launcher and agent from. */
  readonly image: string
  readonly port: number
}

/** @throws with the name of the variable that is missing */
export function readSettings(env: Readonly<Record<string, string | undefined>>, namespace: string): Settings {
  const image = env.RINGKEEPER_IMAGE
  if (image === undefined || image === '')
    throw new Error('the environment variable RINGKEEPER_IMAGE is missing: it names the image of the operator')
  return {
    namespace: env.POD_NAMESPACE ?? namespace,
    identity: env.POD_NAME ?? hostname(),
    image,
    port: Number(env.RINGKEEPER_PORT ?? 8080),
  }
}
