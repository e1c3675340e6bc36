/** Reasons: contributions and interactions of XGBoost's own trees, beside what XGBoost takes for them on one thread. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { importModel } from '../../engines/tabular/exchange/exchange.ts'
import { findCounterfactual } from '../../engines/tabular/explanation/counterfactual.ts'
import { compileExplainer } from '../../engines/tabular/explanation/explainer.ts'
import { compileInteractions } from '../../engines/tabular/explanation/interactions.ts'
import { compileBackgroundExplainer } from '../../engines/tabular/explanation/interventional.ts'
import type { TabularModel } from '../../engines/tabular/model/model.ts'
import { compile } from '../../engines/tabular/scoring/score.ts'
import type { Measurement } from '../result.ts'
import { numbersIn } from './peers.ts'

const WIDTH = 8
const BACKGROUND = 100
const turns = 5

const Explained = z.strictObject({ rowMicroseconds: z.number(), contributions: z.array(z.number()) })
const Figures = z.strictObject({
  version: z.string(),
  serving: Explained,
  deep: Explained,
  pairs: Explained,
})
type Figures = z.infer<typeof Figures>

/** Rows for the result; `size` is the share of the whole work. None where no XGBoost is at hand, whose trees these are. */
export async function explainingRows(size: number): Promise<readonly Measurement[]> {
  const pythons = await findPythons()
  const [first] = pythons
  if (first === undefined) return []
  const folder = mkdtempSync(join(tmpdir(), 'khudi-explaining-'))
  try {
    await runPeer(first, ['make', folder, String(Math.max(100, Math.round(1_000 * size)))])
    const cells = numbersIn(join(folder, 'rows.f64'))
    const model = (name: string) => importModel(readFileSync(join(folder, `${name}.json`)))
    const measure = explainingOf({ serving: model('serving'), deep: model('deep'), cells })
    const ours: Own[] = []
    const theirs: Figures[] = []
    // In turns, so that neither has the quieter machine; the first turn warms up and does not count.
    for (let turn = 0; turn <= turns; turn++) {
      const own = measure()
      const peers: Figures[] = []
      for (const python of pythons)
        peers.push(Figures.parse(JSON.parse(await runPeer(python, ['measure', folder]))))
      if (turn === 0) continue
      ours.push(own)
      theirs.push(...peers)
    }
    return describe(ours, theirs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Own = ReturnType<ReturnType<typeof explainingOf>>

const featureOf = Int32Array.from({ length: WIDTH }, (_, column) => column)

/** Measures every way of explaining once each time it is called. */
function explainingOf({
  serving,
  deep,
  cells,
}: {
  readonly serving: TabularModel
  readonly deep: TabularModel
  readonly cells: Float64Array
}) {
  const count = cells.length / WIDTH
  const row = (at: number) => cells.subarray(at * WIDTH, (at + 1) * WIDTH)
  const margins = compile(serving).marginsOf(cells)
  const background = cells.slice(0, BACKGROUND * WIDTH)
  const explainer = compileExplainer(serving.trees, featureOf, WIDTH)
  const deepExplainer = compileExplainer(deep.trees, featureOf, WIDTH)
  const pairs = compileInteractions(serving.trees, featureOf, WIDTH)
  const against = compileBackgroundExplainer(serving.trees, featureOf, { background, features: WIDTH })
  return () => {
    const [one, pair] = [new Float64Array(WIDTH), new Float64Array(WIDTH * WIDTH)]
    const [batch, deepBatch] = [new Float64Array(count * WIDTH), new Float64Array(count * WIDTH)]
    const each = (times: number, work: (at: number) => void) =>
      microseconds(() => {
        for (let at = 0; at < times; at++) work(at)
      }) / times
    const counterfactuals: string[] = []
    const figures = {
      made: microseconds(() => compileExplainer(serving.trees, featureOf, WIDTH)),
      single: each(2_000, (at) => explainer.explain(row(at % count), one)),
      batch: microseconds(() => explainer.explainBatch(cells, count, batch)) / count,
      deep: microseconds(() => deepExplainer.explainBatch(cells, count, deepBatch)) / count,
      pairs: each(50, (at) => pairs.explain(row(at), pair)),
      against: each(20, (at) => against.explain(row(at), one)),
      counterfactual: each(20, (at) => counterfactuals.push(crossing(serving, row(at)))),
      tableBytes: explainer.tableBytes,
    }
    const sumOff = margins.map((margin, at) => {
      const own = batch.subarray(at * WIDTH, (at + 1) * WIDTH)
      return Math.abs(own.reduce((sum, part) => sum + part, serving.baseMargin + explainer.expected) - margin)
    })
    const firstPairs = Array.from({ length: 20 }, (_, at) => {
      pairs.explain(row(at), pair)
      return [...pair]
    })
    return {
      ...figures,
      counterfactuals,
      sumOff: Math.max(...sumOff),
      batch50: batch.slice(0, 50 * WIDTH),
      deep50: deepBatch.slice(0, 50 * WIDTH),
      pairs20: firstPairs.flat(),
    }
  }
}

/** What takes the row across a probability of one half, every feature being free. */
function crossing({ trees, baseMargin }: TabularModel, row: Float64Array): string {
  const permitted = Array.from(featureOf, (feature) => ({ kind: 'number' as const, feature }))
  return findCounterfactual({ trees, featureOf, baseMargin }, { row, threshold: 0, permitted }).outcome
}

/** Processor time, all threads of the process: others at the machine must not count. */
function microseconds(work: () => unknown): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const largestDifference = (ours: ArrayLike<number>, theirs: readonly number[]) =>
  Math.max(...theirs.map((one, at) => Math.abs(one - (ours[at] ?? Number.NaN))))

function describe(ours: readonly Own[], theirs: readonly Figures[]): readonly Measurement[] {
  const own = (pick: (figures: Own) => number) => median(ours.map(pick))
  /** Of the versions at hand, the quickest. */
  const quickest = (what: string, pick: (figures: Figures) => number) => {
    const [best] = [...Map.groupBy(theirs, ({ version }) => version)]
      .map(([version, figures]) => ({ version, value: median(figures.map(pick)) }))
      .toSorted((one, other) => one.value - other.value)
    return { what: `XGBoost ${best?.version}, ${what}, one thread`, value: best?.value ?? Number.NaN }
  }
  const [last] = ours
  const [peer] = theirs
  const versions = [...new Set(theirs.map(({ version }) => version))].join(' and ')
  const note = `processor time, median of ${turns} turns; XGBoost's 60 trees of depth 6 on 8 numbers, imported; the quicker of XGBoost ${versions}`
  const contributions = quickest('pred_contribs', ({ serving }) => serving.rowMicroseconds)
  const deepContributions = quickest('pred_contribs', ({ deep }) => deep.rowMicroseconds)
  const interactions = quickest('pred_interactions', ({ pairs }) => pairs.rowMicroseconds)
  const outcomes = Map.groupBy(last?.counterfactuals ?? [], (outcome) => outcome)
  return [
    {
      what: 'contributions of one row',
      value: own(({ single }) => single),
      unit: 'µs CPU',
      reference: contributions,
      bar: { atMost: 50 },
      note,
    },
    {
      what: 'contributions of many rows, each',
      value: own(({ batch }) => batch),
      unit: 'µs CPU',
      reference: contributions,
      bar: { atMost: Math.round(contributions.value) },
      note,
    },
    {
      what: 'contributions in deep trees, each row',
      value: own(({ deep }) => deep),
      unit: 'µs CPU',
      reference: deepContributions,
      bar: { atMost: Math.round(deepContributions.value) },
      note: `processor time, median of ${turns} turns; ten trees of depth 14`,
    },
    {
      what: 'interactions of all pairs, each row',
      value: own(({ pairs }) => pairs),
      unit: 'µs CPU',
      reference: interactions,
      bar: { atMost: Math.round(interactions.value) },
      note,
    },
    {
      what: `contributions against a background of ${BACKGROUND} rows`,
      value: own(({ against }) => against),
      unit: 'µs CPU',
      note,
    },
    {
      what: 'smallest change that crosses, all features free',
      value: own(({ counterfactual }) => counterfactual) / 1_000,
      unit: 'ms CPU',
      note: [...outcomes].map(([outcome, found]) => `${found.length} ${outcome}`).join(', '),
    },
    {
      what: 'largest difference of a contribution',
      value: Math.max(
        largestDifference(last?.batch50 ?? [], peer?.serving.contributions ?? []),
        largestDifference(last?.deep50 ?? [], peer?.deep.contributions ?? []),
        largestDifference(last?.pairs20 ?? [], peer?.pairs.contributions ?? []),
      ),
      unit: '',
      bar: { atMost: 1e-5 },
      note: `from XGBoost ${peer?.version}, both models and interactions`,
    },
    {
      what: 'largest difference of a sum from its margin',
      value: Math.max(...ours.map(({ sumOff }) => sumOff)),
      unit: '',
      bar: { atMost: 1e-9 },
    },
    {
      what: 'making the tables',
      value: own(({ made }) => made) / 1_000,
      unit: 'ms CPU',
      note: `${((last?.tableBytes ?? 0) / 2 ** 20).toFixed(1)} MiB`,
    },
  ]
}

/** Debian's Python and the one that `PEER_PYTHON` names, as far as they have XGBoost; the older version's models both can read. */
async function findPythons(): Promise<readonly string[]> {
  const found: string[] = []
  for (const python of ['/usr/bin/python3', process.env.PEER_PYTHON]) {
    if (python === undefined) continue
    const child = spawn(python, ['-c', 'import xgboost, numpy'], { stdio: 'ignore' })
    const code = await Promise.race([
      once(child, 'exit').then(([exit]: unknown[]) => exit),
      once(child, 'error').then(() => 1),
    ])
    if (code === 0) found.push(python)
  }
  return found
}

async function runPeer(python: string, words: readonly string[]): Promise<string> {
  const child = spawn(python, [join(import.meta.dirname, 'explaining.py'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  const [said, [code]]: [string, unknown[]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`XGBoost ended with ${String(code)}`)
  return said
}
