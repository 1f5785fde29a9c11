// A change of the demo's spec for as long as a scenario needs it: a scenario that fails does not spoil the next one.
import { type Demo, NAMESPACE } from './demo-cluster.ts'

/** Merges the change into the spec, does the work, and takes the change back by its nulls; then the cluster is Ready again. */
export async function whilePatched(
  demo: Demo,
  change: object,
  back: object,
  work: () => Promise<void>,
  deadlineMs = 240_000,
): Promise<void> {
  const patch = (spec: object) =>
    demo.kubectl.run(['-n', NAMESPACE, 'patch', 'cass', 'demo', '--type=merge', '-p', JSON.stringify({ spec })])
  await patch(change)
  try {
    await work()
  } finally {
    await patch(back)
  }
  await demo.ready(deadlineMs)
}
