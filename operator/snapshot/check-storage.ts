// Whether new volumes could be made: a claim of a class that does not exist would wait for ever without a word.
import type { CassandraCluster, KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { isKubeError } from '../../kube/errors.ts'
import { pathOf, resources } from '../../kube/resources.ts'
import type { Problem } from '../decide/types.ts'

const IS_DEFAULT = 'storageclass.kubernetes.io/is-default-class'

export async function checkStorage(client: KubeClient, cluster: CassandraCluster): Promise<Problem | undefined> {
  const name = cluster.spec.storage.storageClassName
  if (name === '') return undefined // volumes made by hand, without a class
  try {
    const { items } = await client.list<KubeObject>(pathOf(resources.storageClasses))
    return problemOf(name, items)
  } catch (error) {
    if (isKubeError(error, 'forbidden')) return undefined // where classes may not be read, the claims will tell
    throw error
  }
}

function problemOf(name: string | undefined, classes: readonly KubeObject[]): Problem | undefined {
  const names = classes.map(({ metadata }) => metadata.name).sort()
  const there = names.length === 0 ? 'there is none; make one' : `there are ${names.join(', ')}`
  if (name === undefined) {
    if (classes.some(({ metadata }) => metadata.annotations?.[IS_DEFAULT] === 'true')) return undefined
    const message = `spec.storage.storageClassName is not set and no storage class is the default: name one; ${there}`
    return { reason: 'StorageFailed', message }
  }
  if (names.includes(name)) return undefined
  return { reason: 'StorageFailed', message: `spec.storage.storageClassName is ${name}: no such storage class; ${there}` }
}
