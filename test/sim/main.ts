// The simulation from the command line:
//   npm run sim -- --seed 123        one seed with its trace
//   npm run sim -- --seeds 100000    many seeds on all processors; `--from` says where to begin
//   npm run sim -- --faultless       without faults
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type Result, simulate } from './simulate.ts'

type Share = { readonly from: number; readonly to: number; readonly step: number; readonly faultless: boolean }

if (isMainThread) await main()
else {
  const { from, to, step, faultless } = workerData as Share
  for (let seed = from; seed < to; seed += step) parentPort?.postMessage(await simulate(seed, { faultless }))
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '0' },
      faultless: { type: 'boolean', default: false },
    },
  })
  const { faultless } = values
  if (values.seed !== undefined) {
    tell(await simulate(Number(values.seed), { faultless, trace: (line) => process.stdout.write(`${line}\n`) }))
    return
  }
  const from = Number(values.from)
  const to = from + Number(values.seeds)
  const startedAt = performance.now()
  const processors = availableParallelism()
  const broken = await Promise.all(
    Array.from({ length: processors }, (_, index) => runShare({ from: from + index, to, step: processors, faultless })),
  )
  const count = broken.reduce((sum, one) => sum + one, 0)
  const seconds = (performance.now() - startedAt) / 1000
  process.stdout.write(`${to - from} seeds, ${count} broken, in ${seconds.toFixed(1)} s on ${processors} processors\n`)
}

/** @returns how many runs were broken */
async function runShare(share: Share): Promise<number> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: share })
  let broken = 0
  worker.on('message', (result: Result) => {
    if (result.broken === undefined) return
    broken++
    tell(result)
  })
  await new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject))
  return broken
}

function tell({ seed, broken, faults, seconds, steps }: Result): void {
  process.exitCode = broken === undefined ? (process.exitCode ?? 0) : 1
  process.stdout.write(`seed ${seed}: ${broken ?? 'good'} (${seconds.toFixed(0)} s of virtual time, ${steps} steps)\n`)
  for (const fault of faults) process.stdout.write(`    ${fault}\n`)
}
