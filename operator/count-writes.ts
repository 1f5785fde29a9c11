// Counts what the operator writes to the API server, by resource: the proof that a settled cluster costs nothing.
import { Counter } from 'prom-client'
import type { Http } from '../kube/http.ts'

export function countWrites(http: Http): Http {
  const counter = new Counter({
    name: 'ringkeeper_api_writes_total',
    help: 'Requests to the API server that create, change or delete, by resource; dry runs are none.',
    labelNames: ['resource'],
  })
  return {
    ...http,
    request: async (request) => {
      const answer = await http.request(request)
      const resource = request.method === 'GET' || request.path.includes('dryRun=All') ? undefined : resourceOf(request.path)
      if (resource !== undefined) counter.inc({ resource })
      return answer
    },
  }
}

/** `pods` of /api/v1/namespaces/demo/pods/demo-dc1-rack1-0, `cassandraclusters` of its status too. */
export function resourceOf(path: string): string | undefined {
  return /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/(?:namespaces\/[^/]+\/)?([a-z]+)/.exec(path)?.[1]
}
