/**
 * A million requests drawn from the description of the API: valid, nearly valid and hostile ones for every operation, by people
 * and keys of two institutions with every role. No reply may be a fault, tell of our inside, show what is another's, or be of
 * a form that is not described.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Benchmark, BenchmarkRun, Measurement } from './result.ts'

const wanted = Number(process.env.KHUDI_BENCH_REQUESTS ?? 1_000_000)
const quick = 20_000
/** Requests to one installation; the next ones get a new one, so that a seed and a number find the same state again. */
const perShard = 25_000
const seed = Number(process.env.KHUDI_BENCH_SEED ?? 1)

const Counts = z.record(z.string(), z.number())
const Report = z.object({
  answered: z.number(),
  byKind: Counts,
  byStatus: Counts,
  succeeded: z.array(z.string()),
  codes: z.object({ en: z.array(z.string()), ur: z.array(z.string()) }),
  findings: z.array(z.object({ what: z.string(), times: z.number(), example: z.string() })),
})
type Report = z.infer<typeof Report>
const Told = z.union([z.object({ report: Report }), z.object({ answered: z.number() })])

export default {
  title: 'requests drawn from the description of the API',
  run: measure,
} satisfies Benchmark

async function measure({ isQuick, say }: BenchmarkRun): Promise<readonly Measurement[]> {
  const count = isQuick ? quick : wanted
  const shards = Array.from({ length: Math.ceil(count / perShard) }, (_, index) => ({
    from: index * perShard,
    count: Math.min(perShard, count - index * perShard),
  }))
  const startedAt = performance.now()
  const reports: Report[] = []
  let answered = 0
  const lane = async () => {
    for (let shard = shards.shift(); shard !== undefined; shard = shards.shift()) {
      const report = await run(shard)
      for (const { what, times, example } of report.findings)
        say(`FOUND ${what} (${times} times): ${example}`)
      reports.push(report)
      answered += report.answered
      const rate = Math.round(answered / ((performance.now() - startedAt) / 1_000))
      say(`${answered.toLocaleString('en')} answered, ${rate} a second, ${found(reports).size} findings`)
    }
  }
  // Each has a server process and a database that both work.
  const lanes = Math.max(1, Math.floor(availableParallelism() / 2))
  await Promise.all(Array.from({ length: lanes }, lane))
  const seconds = (performance.now() - startedAt) / 1_000
  return rowsOf(reports, { count, seconds })
}

async function run({ from, count }: { readonly from: number; readonly count: number }): Promise<Report> {
  const shard = fileURLToPath(new URL('requests/shard.ts', import.meta.url))
  const child = fork(shard, [String(seed), String(from), String(count)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4_000)
  })
  let report: Report | undefined
  child.on('message', (message) => {
    const told = Told.parse(message)
    if ('report' in told) report = told.report
  })
  const [status] = await once(child, 'exit')
  if (report === undefined)
    throw new Error(`requests ${from} to ${from + count} of seed ${seed} ended with ${status}: ${errors}`)
  return report
}

type Found = Report['findings'][number]

function found(reports: readonly Report[]): ReadonlyMap<string, Found> {
  const all = new Map<string, Found>()
  for (const one of reports.flatMap(({ findings }) => findings)) {
    const known = all.get(one.what)
    all.set(one.what, known === undefined ? one : { ...known, times: known.times + one.times })
  }
  return all
}

function rowsOf(
  reports: readonly Report[],
  { count, seconds }: { readonly count: number; readonly seconds: number },
): readonly Measurement[] {
  const sum = (pick: (report: Report) => number) => reports.reduce((total, report) => total + pick(report), 0)
  const distinct = (pick: (report: Report) => readonly string[]) => new Set(reports.flatMap(pick)).size
  const answered = sum((report) => report.answered)
  const kind = (name: string) => sum(({ byKind }) => byKind[name] ?? 0)
  return [
    { what: 'requests answered', value: answered, unit: '', bar: { atLeast: count } },
    { what: 'valid', value: kind('valid'), unit: '' },
    { what: 'nearly valid', value: kind('nearly valid'), unit: '' },
    { what: 'hostile', value: kind('hostile'), unit: '' },
    { what: 'requests a second', value: answered / seconds, unit: '/s', note: 'each checked, in process' },
    {
      what: 'replies that are a fault, tell of our inside, show what is another’s, or are not as described',
      value: sum(({ findings }) => findings.reduce((total, { times }) => total + times, 0)),
      unit: '',
      bar: { atMost: 0 },
      note: `seed ${seed}`,
    },
    { what: 'carried out (2xx)', value: sum(({ byStatus }) => byStatus['2xx'] ?? 0), unit: '' },
    { what: 'operations carried out at least once', value: distinct(({ succeeded }) => succeeded), unit: '' },
    { what: 'codes of refusals seen in English', value: distinct(({ codes }) => codes.en), unit: '' },
    { what: 'codes of refusals seen in Urdu', value: distinct(({ codes }) => codes.ur), unit: '' },
  ]
}
