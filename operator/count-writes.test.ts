import assert from 'node:assert/strict'
import { test } from 'node:test'
import { register } from 'prom-client'
import { pathOf, resources } from '../kube/resources.ts'
import { countWrites, resourceOf } from './count-writes.ts'

test('every path that the operator writes to names its resource', () => {
  for (const resource of Object.values(resources)) {
    assert.equal(resourceOf(pathOf(resource, 'demo')), resource.plural)
    assert.equal(resourceOf(pathOf(resource, 'demo', 'x', 'status')), resource.plural)
  }
})

test('reads and dry runs are no writes, and a refused write is none', async () => {
  const http = countWrites({
    request: async ({ path }) => {
      if (path.includes('refused')) throw new Error('refused')
      return ''
    },
    stream: () => Promise.reject(new Error('none')),
    answeringMs: () => 0,
  })
  await http.request({ method: 'GET', path: '/api/v1/namespaces/demo/pods/a', repeatable: true })
  await http.request({ method: 'POST', path: '/api/v1/namespaces/demo/pods?dryRun=All', repeatable: true })
  await assert.rejects(http.request({ method: 'POST', path: '/api/v1/namespaces/demo/pods/refused', repeatable: false }))
  await http.request({ method: 'POST', path: '/api/v1/namespaces/demo/pods', repeatable: false })
  const [value] = (await register.getSingleMetric('ringkeeper_api_writes_total')?.get())?.values ?? []
  assert.deepEqual([value?.labels, value?.value], [{ resource: 'pods' }, 1])
})
