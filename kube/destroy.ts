// The only way to delete. What is deleted is exactly what was seen: same uid, same version (rule 17).
import type { KubeObject } from '../api/objects.ts'
import type { KubeClient } from './client.ts'
import { isKubeError } from './errors.ts'

export type Seen = { readonly uid: string; readonly resourceVersion: string }

/** @returns 'absent' when what was seen is gone, though its name may be in use again; throws `conflict` when it has changed */
export async function destroy(client: KubeClient, path: string, seen: Seen): Promise<'deleted' | 'absent'> {
  const live = await client.get<KubeObject>(path) // uncached
  if (live === undefined || live.metadata.uid !== seen.uid) return 'absent'
  try {
    await client.http.request({
      method: 'DELETE',
      path,
      body: {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        preconditions: { uid: seen.uid, resourceVersion: seen.resourceVersion },
        propagationPolicy: 'Background',
      },
      repeatable: true,
    })
    return 'deleted'
  } catch (error) {
    if (isKubeError(error, 'notFound')) return 'absent'
    throw error
  }
}
