/** Scoring with a model of 60 trees on 8 numbers: one row, and many; the trees are XGBoost's own where it is at hand. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { importModel } from '../../engines/tabular/exchange/exchange.ts'
import type { TabularModel } from '../../engines/tabular/model/model.ts'
import { decodeModel, encodeModel } from '../../engines/tabular/model/model-file.ts'
import { compile } from '../../engines/tabular/scoring/score.ts'
import { seededRandom } from '../../engines/tabular/training/random.ts'
import { train } from '../../engines/tabular/training/train.ts'
import type { Measurement } from '../result.ts'
import { findPeers, numbersIn, type Peer } from './peers.ts'

const WIDTH = 8
const turns = 5

const Figures = z.strictObject({
  version: z.string(),
  rowsASecond5: z.number(),
  rowsASecond10: z.number(),
  rowsASecondInPlace: z.number(),
  singleMicroseconds: z.number(),
  explainedMicroseconds: z.number(),
  margins: z.array(z.number()),
})
type Figures = z.infer<typeof Figures>

/** Rows for the result; `size` is the share of the whole work. Where XGBoost is not at hand, the trees are trained here. */
export async function servingRows(size: number): Promise<readonly Measurement[]> {
  const count = Math.round(200_000 * size)
  const folder = mkdtempSync(join(tmpdir(), 'khudi-serving-'))
  try {
    const peers = (await findPeers()).filter(({ library }) => library === 'xgboost')
    const [oldest] = peers
    if (oldest === undefined) return figuresAlone(count)
    // Newer versions read an older one's model.
    await runPeer(oldest, ['make', folder, String(count)])
    const cells = numbersIn(join(folder, 'rows.f64'))
    const model = (depth: number) => importModel(readFileSync(join(folder, `depth-${depth}.json`)))
    const own = servingOf({ shallow: model(5), deep: model(10), cells })
    const ours: Own[] = []
    const theirs = peers.map(({ title }) => ({ title, turns: [] as Figures[] }))
    // In turns, so that neither has the quieter machine; the first turn warms up and does not count.
    for (let turn = 0; turn <= turns; turn++) {
      const mine = own()
      if (turn > 0) ours.push(mine)
      for (const [at, peer] of peers.entries()) {
        const figures = Figures.parse(JSON.parse(await runPeer(peer, ['measure', folder])))
        requireSame(mine.margins, figures.margins)
        if (turn > 0) theirs[at]?.turns.push(figures)
      }
    }
    return describe(ours, theirs)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Own = ReturnType<ReturnType<typeof servingOf>>

/** Measures every way of scoring once each time it is called. */
function servingOf({
  shallow,
  deep,
  cells,
}: {
  readonly shallow: TabularModel
  readonly deep: TabularModel
  readonly cells: Float64Array
}) {
  const count = cells.length / WIDTH
  const scorer = compile(shallow)
  const deepScorer = compile(deep)
  const columns = Object.fromEntries(
    scorer.featureNames.map((name, at) => [
      name,
      Float64Array.from({ length: count }, (_, row) => cells[row * WIDTH + at] ?? 0),
    ]),
  )
  const rows = Array.from({ length: Math.min(count, 20_000) }, (_, row) =>
    Object.fromEntries(
      scorer.featureNames.map((name, at) => {
        const cell = cells[row * WIDTH + at] ?? 0
        return [name, Number.isNaN(cell) ? null : cell]
      }),
    ),
  )
  const file = encodeModel(shallow)
  const explained = rows.slice(0, 2_000)
  return () => {
    const before = process.cpuUsage()
    const margins = scorer.marginsOf(cells)
    const { user, system } = process.cpuUsage(before)
    return {
      single: each(rows, (row) => scorer.scoreOnly(row)),
      explained: each(explained, (row) => scorer.score(row)),
      encoded: (count / (user + system)) * 1e6,
      table: (count / each([columns], () => scorer.scoreBatch({ columns }))) * 1e6,
      deep: (count / each([cells], () => deepScorer.marginsOf(cells))) * 1e6,
      read: each([file], () => decodeModel(file)),
      fileSize: file.length,
      margins: margins.subarray(0, 1_000),
    }
  }
}

/** µs of processor time for one item, all threads of the process: others at the machine must not count. */
function each<T>(items: readonly T[], work: (item: T) => unknown): number {
  const before = process.cpuUsage()
  for (const item of items) work(item)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / items.length
}

function requireSame(ours: Float64Array, theirs: readonly number[]): void {
  const apart = theirs.findIndex((margin, row) => !(Math.abs((ours[row] ?? Number.NaN) - margin) < 1e-4))
  if (apart >= 0) throw new RangeError(`XGBoost has another margin in row ${apart}`)
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

interface Theirs {
  readonly title: string
  readonly turns: readonly Figures[]
}

function describe(ours: readonly Own[], theirs: readonly Theirs[]): readonly Measurement[] {
  const own = (pick: (figures: Own) => number) => median(ours.map(pick))
  /** The quicker of the versions: the one whose figure is better. */
  const best = (pick: (figures: Figures) => number, isLower = false) =>
    theirs
      .map((one) => ({ title: one.title, value: median(one.turns.map(pick)) }))
      .toSorted((a, b) => (isLower ? a.value - b.value : b.value - a.value))[0]
  const against = (what: string, pick: (figures: Figures) => number, isLower = false) => {
    const peer = best(pick, isLower)
    return peer === undefined ? {} : { reference: { what: `${peer.title}, ${what}`, value: peer.value } }
  }
  /** As quick as the peer; without one, its figure in the issue. */
  const asQuick = (pick: (figures: Figures) => number) => ({
    bar: { atLeast: Math.round(best(pick)?.value ?? 2_000_000) },
  })
  const trees = theirs.length === 0 ? 'trees trained here' : 'the same trees, imported'
  const note = `processor time, median of ${turns} turns; 60 trees of depth 5 on 8 numbers; ${trees}`
  return [
    {
      what: 'one row, named values to score',
      value: own(({ single }) => single),
      unit: 'µs CPU',
      ...against('one row of an array in place, from Python', (one) => one.singleMicroseconds, true),
      bar: { atMost: 10 },
      note,
    },
    {
      what: 'one row with its contributions',
      value: own(({ explained }) => explained),
      unit: 'µs CPU',
      ...against('pred_contribs of one row, from Python', (one) => one.explainedMicroseconds, true),
      bar: { atMost: 50 },
      note,
    },
    {
      what: 'many rows of encoded cells to margins',
      value: own(({ encoded }) => encoded),
      unit: 'rows/s CPU',
      ...against('predict on a matrix made before, one thread', (one) => one.rowsASecond5),
      ...asQuick((one) => one.rowsASecond5),
      note,
    },
    {
      what: 'many rows of a table to scores',
      value: own(({ table }) => table),
      unit: 'rows/s CPU',
      ...against('inplace_predict on an array, one thread', (one) => one.rowsASecondInPlace),
      ...asQuick((one) => one.rowsASecondInPlace),
      note,
    },
    {
      what: 'many rows through 60 trees of depth 10',
      value: own(({ deep }) => deep),
      unit: 'rows/s CPU',
      ...against('predict on a matrix made before, one thread', (one) => one.rowsASecond10),
      ...(theirs.length > 0 && asQuick((one) => one.rowsASecond10)),
      note: `processor time, median of ${turns} turns; ${trees}`,
    },
    { what: 'reading a model file', value: own(({ read }) => read) / 1_000, unit: 'ms CPU', note },
    { what: 'size of a model file', value: own(({ fileSize }) => fileSize), unit: 'bytes', note },
  ]
}

/** Without the peer: trees of the same shape, trained on a made-up table. */
function figuresAlone(count: number): readonly Measurement[] {
  const random = seededRandom(1)
  const cells = Float64Array.from({ length: count * WIDTH }, () =>
    random.uniform() < 0.05 ? Number.NaN : random.uniform() + random.uniform() - 1,
  )
  const rows = Math.min(count, 20_000)
  const cell = (row: number, column: number) => cells[row * WIDTH + column] ?? 0
  const columns = Object.fromEntries(
    Array.from({ length: WIDTH }, (_, at) => [
      `f${at}`,
      Float64Array.from({ length: rows }, (_, row) => cell(row, at)),
    ]),
  )
  const labels = Float64Array.from({ length: rows }, (_, row) => {
    const known = Array.from({ length: 5 }, (_, at) => cell(row, at) || 0)
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = known
    return a + b + c + 4 * d * e + random.uniform() - 0.5 > 0 ? 1 : 0
  })
  const grown = (maxDepth: number) =>
    train({
      features: Object.keys(columns).map((name) => ({ name, kind: 'number' as const })),
      columns,
      labels,
      seed: 1,
      options: { growth: 'depth', maxDepth, maxRounds: 60, validationShare: 0 },
    })
  const own = servingOf({ shallow: grown(5), deep: grown(10), cells })
  own()
  return describe(Array.from({ length: turns }, own), [])
}

async function runPeer({ python }: Peer, words: readonly string[]): Promise<string> {
  const child = spawn(python, [join(import.meta.dirname, 'serving.py'), ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  const [said, [code]]: [string, unknown[]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`XGBoost ended with ${String(code)}`)
  return said
}
