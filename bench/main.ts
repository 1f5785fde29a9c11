// npm run bench [-- form sizes idle]: each in one run against its peer or its limit, on the local cluster without another ring.

import { down, up } from '../local/cluster.ts'
import { home } from '../local/home.ts'
import { cassandraImage } from '../local/images/cassandra.ts'
import { ringkeeperImage } from '../local/images/ringkeeper.ts'
import { installOperator } from '../local/install.ts'
import { createKubectl, type Kubectl } from '../local/kubectl.ts'
import { withLock } from '../local/lock.ts'
import { say } from '../local/progress.ts'
import { bundle } from '../scripts/bundle.ts'
import { benchForm } from './form.ts'
import { benchIdle } from './idle.ts'
import { makeNamespace } from './ring.ts'
import { benchSizes } from './sizes.ts'

const benches: Readonly<Record<string, (kubectl: Kubectl) => Promise<void>>> = { form: benchForm, sizes: benchSizes, idle: benchIdle }
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => benches[name] === undefined)

if (unknown.length > 0) {
  say(`there is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}`)
  process.exitCode = 2
} else {
  await withLock(home.lock, home.checkout, run, say)
}

async function run(): Promise<void> {
  const image = await ringkeeperImage((await bundle()).dir)
  await down() // a ring of somebody else would be measured too
  await up(async () => [image.file, await cassandraImage('5.0.9')])
  const kubectl = createKubectl(home.kubeconfig)
  await installOperator(kubectl, image.name)
  await makeNamespace(kubectl)
  for (const [name, bench] of Object.entries(benches)) if (wanted.length === 0 || wanted.includes(name)) await bench(kubectl)
  await down()
}
