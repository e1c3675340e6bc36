/**
 * Runs benchmarks: `npm run bench` all of them, `npm run bench -- decide start` these. A benchmark is a file
 * `bench/NAME.bench.ts`; its figures are printed and kept in `bench/results/NAME.json`.
 *
 * `--quick` does a tenth of the work and keeps nothing: it shows that a benchmark runs, not how fast the product is.
 */
import { readdirSync } from 'node:fs'
import { relative } from 'node:path'
import { root } from '../test/files.ts'
import { thisCommit, thisMachine } from './machine.ts'
import { type Benchmark, keep, rowOf } from './result.ts'
import { tableOf } from './table.ts'

const known = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length))
  .sort()

const words = process.argv.slice(2)
const isQuick = words.includes('--quick')
const chosen = words.filter((word) => word !== '--quick')
const unknown = chosen.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known.join(', ')}.`)
  process.exit(2)
}

// Commands under way get the terminal's Ctrl-C as well and end; what failed then cleans up behind itself.
process.once('SIGINT', () => console.error('Stopping and removing what was made; Ctrl-C again ends at once.'))

const machine = thisMachine()
console.log(
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}, ${machine.postgres}`,
)
for (const name of chosen.length > 0 ? chosen : known) await measure(name)

async function measure(name: string): Promise<void> {
  const { default: benchmark }: { default: Benchmark } = await import(`./${name}.bench.ts`)
  console.log(`\n== ${name}: ${benchmark.title}${isQuick ? ' (quick: these are no figures)' : ''}`)
  const commit = thisCommit()
  try {
    const measured = await benchmark.run({ isQuick, say: (text) => console.log(`   ${text}`) })
    const rows = measured.map(rowOf)
    console.log(tableOf(rows))
    if (isQuick) return
    const path = keep(name, { machine, commit, at: new Date().toISOString(), rows })
    console.log(`kept in ${relative(root, path)}`)
  } catch (error) {
    console.error(error)
    process.exitCode = 1
  }
}
