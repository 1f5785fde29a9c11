// npm run local -- up | down | status
import { existsSync } from 'node:fs'
import { binary } from './binaries.ts'
import { down, isUp, up } from './cluster.ts'
import { command } from './command.ts'
import { home } from './home.ts'
import { cassandraImage } from './images/cassandra.ts'
import { withLock } from './lock.ts'
import { say } from './progress.ts'

const verb = process.argv[2]
const locked = (work: () => Promise<void>) => withLock(home.lock, home.checkout, work, say)
if (verb === 'up') await locked(() => up(async () => [await cassandraImage('5.0.9')]))
else if (verb === 'down') await locked(down)
else if (verb === 'status') {
  say(
    isUp()
      ? 'the local cluster is up'
      : existsSync(home.state)
        ? 'the local cluster is there, but not whole: up mends it'
        : 'no local cluster',
  )
  if (isUp()) say(await command(binary('kubectl'), ['--kubeconfig', home.kubeconfig, 'get', 'nodes', '-L', 'topology.kubernetes.io/zone']))
} else {
  say('usage: npm run local -- up | down | status')
  process.exitCode = 2
}
