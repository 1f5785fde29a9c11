import type { TestContext } from 'node:test'
import { createClient, type KubeClient } from '../client.ts'
import { createHttp, type Http, type HttpOptions } from '../http.ts'
import { createFakeApi, type FakeApi } from './server.ts'

export type Stage = { readonly api: FakeApi; readonly http: Http; readonly client: KubeClient }

/** A fake API server that lives as long as the test, and a client of it. */
export async function stage(t: TestContext, options: HttpOptions = {}): Promise<Stage> {
  const api = await createFakeApi()
  t.after(() => api.close())
  const http = createHttp(api.config, options)
  return { api, http, client: createClient(http) }
}
