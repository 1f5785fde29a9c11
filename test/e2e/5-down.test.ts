// What the local environment leaves behind: nothing.
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { command } from '../../local/command.ts'
import { home } from '../../local/home.ts'
import { npm } from './shared-cluster.ts'

test('npm run demo -- --down removes processes, mounts, namespaces, bridge, routes, rules and cgroups', async () => {
  const run = await npm(['run', 'demo', '--', '--down'])
  assert.equal(run.code, 0, run.output.slice(-2000))
  assert.deepEqual(commands(), [])
  assert.doesNotMatch(readFileSync('/proc/mounts', 'utf8'), /ringkeeper/)
  assert.doesNotMatch(await command('ip', ['netns', 'list']), /rk-node/)
  assert.doesNotMatch(await command('ip', ['link']), /rkbr0|rkveth/)
  assert.doesNotMatch(await command('ip', ['route']), /10\.(244|96)\.|172\.31\.0\./)
  assert.doesNotMatch(await command('iptables', ['-S']), /rkbr0/)
  assert.deepEqual(globSync('/sys/fs/cgroup/{*,*/*}/rk-node-*'), [])
  assert.equal(existsSync(home.state), false)
  assert.equal(existsSync('/run/ringkeeper-local'), false)
})

/** Command lines that name our folders, or programs of ours. */
function commands(): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
      return line.includes(home.state) || line.includes('/run/ringkeeper-local') ? [line] : []
    } catch {
      return []
    }
  })
}
