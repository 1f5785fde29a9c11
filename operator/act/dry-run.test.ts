import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '../../api/objects.ts'
import type { KubeClient } from '../../kube/client.ts'
import { KubeError } from '../../kube/errors.ts'
import { forming, type Options, snapshot, times } from '../../test/snapshots.ts'
import { dryRunPods } from './dry-run.ts'

async function ask(options: Options, refuse?: (rack: string) => Error | undefined) {
  const { cluster, nodes } = snapshot(options)
  const asked: string[] = []
  const create = async (_: string, body: KubeObject, dryRun: boolean) => {
    assert.equal(dryRun, true)
    assert.equal(body.metadata.name, 'demo-seeds-dry-run')
    assert.equal(body.metadata.ownerReferences, undefined)
    const rack = body.metadata.labels?.['ringkeeper.io/rack'] ?? ''
    asked.push(rack)
    const error = refuse?.(rack)
    if (error !== undefined) throw error
    return body
  }
  const problem = await dryRunPods({ create } as unknown as KubeClient, cluster, nodes, 'ringkeeper:1')
  return { problem: problem === undefined ? undefined : `${problem.reason}: ${problem.message}`, asked }
}
const fresh = { ...forming(), datacenters: undefined }

test('one pod of each rack, under a name that no pod has', async () => {
  assert.deepEqual((await ask({ stages: times(6, 'up') })).asked, ['rack1', 'rack2', 'rack3'])
})

test('also before the first record, by the racks of the spec or by one', async () => {
  assert.deepEqual((await ask({ stages: [], status: fresh, spec: { racks: [{ name: 'a' }, { name: 'b' }] } })).asked, ['a', 'b'])
  assert.deepEqual((await ask({ stages: [], status: fresh })).asked, ['rack1'])
})

test("a refusal in the API server's words", async () => {
  const forbidden = new KubeError(403, 'Forbidden', 'pods "x" is forbidden: exceeded quota: none')
  const { problem } = await ask({ stages: times(3, 'up') }, (rack) => (rack === 'rack2' ? forbidden : undefined))
  assert.equal(problem, 'InvalidPodTemplate: the API server would refuse the pods of rack2: pods "x" is forbidden: exceeded quota: none')
})

test('a webhook that does not answer stands in the way too; an API server that is away is no verdict', async () => {
  const webhook = new KubeError(500, 'InternalError', 'failed calling webhook "v.example.com"')
  assert.match((await ask({ stages: times(3, 'up') }, () => webhook)).problem ?? '', /^InvalidPodTemplate: .*failed calling webhook/)
  await assert.rejects(
    ask({ stages: times(3, 'up') }, () => new KubeError(503, '', 'away')),
    /away/,
  )
})
