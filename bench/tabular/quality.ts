/** Quality beside the peers on equal features and a like budget; coverage and calibration of what comes out. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compile } from '../../engines/tabular/scoring/score.ts'
import type { FeatureSpec } from '../../engines/tabular/table/features.ts'
import { seededRandom } from '../../engines/tabular/training/random.ts'
import { train } from '../../engines/tabular/training/train.ts'
import { fitConformalSets } from '../../engines/tabular/trust/conformal-sets.ts'
import { measureSetCoverage } from '../../engines/tabular/trust/coverage.ts'
import { measureQuality } from '../../engines/tabular/trust/metrics.ts'
import type { BenchmarkRun, Measurement } from '../result.ts'
import { normalTable } from './generated.ts'
import { findPeers, numbersIn, type Peer, trainPeer, writeTable } from './peers.ts'
import {
  arePublicTablesHere,
  asCodes,
  asNumbers,
  type Declarations,
  dropout,
  freight,
  heart,
  load,
  type NumbersTable,
  readDeclarations,
} from './public-tables.ts'

interface Budget {
  readonly maxDepth: number
  readonly maxRounds: number
}

interface Task extends NumbersTable, Budget {
  readonly name: string
  readonly measure: 'AUC' | 'RMSE'
  /**
   * By seed: rows of the parts that are tested, each by a model of all the other rows; the last rows where there is one part.
   */
  partsOf(seed: number): readonly Int32Array[]
}

const learningRate = 0.1
/** Models of each, on four fifths of the rows and columns drawn by lot for each tree: one model of a small table says little. */
const seeds = [1, 2, 3, 4, 5] as const
const share = 0.8

export async function qualityRows({ isQuick, say }: BenchmarkRun): Promise<readonly Measurement[]> {
  const peers = await findPeers()
  const measured: Measurement[] = []
  if (!arePublicTablesHere) say('NOT MEASURED: the public tables are not in ../shared/data')
  const declarations = arePublicTablesHere ? readDeclarations() : undefined
  for (const task of tasks(declarations, isQuick)) {
    say(`quality: ${task.name}`)
    const { own, theirs } = await predict(task, peers)
    measured.push(...qualityOf(task, own, theirs))
    if (task.measure === 'AUC') measured.push(coverageOf(task, own[0] ?? []))
  }
  if (declarations !== undefined) measured.push(...(await categoryRows(declarations, peers)))
  return measured
}

function tasks(declarations: Declarations | undefined, isQuick: boolean): readonly Task[] {
  const rows = isQuick ? 20_000 : 220_000
  const generated = normalTable(rows, 30, 0)
  const made: Task[] = [
    {
      ...{ ...generated, name: 'generated, 30 numbers', measure: 'AUC', maxDepth: 6, maxRounds: 100 },
      partsOf: () => [lastRows(rows, Math.round(rows / 11))],
    },
  ]
  if (declarations === undefined) return made
  const small = { maxDepth: 4, maxRounds: 60 }
  const inParts = (table: NumbersTable) => ({
    ...table,
    partsOf: (seed: number) => dealt(table.labels.length, 5, seed),
  })
  return [
    declared(declarations, 'all 18 columns', allColumns),
    declared(declarations, 'goods, route and unit value', goodsColumns),
    { ...inParts(heart()), name: 'heart disease', measure: 'AUC', ...small },
    { ...inParts(dropout()), name: 'dropout', measure: 'AUC', ...small },
    { ...inParts(freight()), name: 'freight of deliveries', measure: 'RMSE', maxDepth: 6, maxRounds: 100 },
    { ...inParts(load()), name: 'electric load', measure: 'RMSE', maxDepth: 6, maxRounds: 100 },
    ...made,
  ]
}

const numberNames = ['Tax Rate', 'Net Mass', 'Item Price']
const goodsNames = ['HS6 Code', 'Country of Departure', 'Country of Origin', 'Tax Type']
const leftOut = ['Declaration ID', 'Date', 'Fraud', 'Critical Fraud']

function allColumns({ texts, train: known }: Declarations): Float64Array[] {
  return [...texts.keys()]
    .filter((name) => !leftOut.includes(name))
    .map((name) => columnOf(texts.get(name) ?? [], name, known))
}

function goodsColumns(declarations: Declarations): Float64Array[] {
  const { texts, train: known } = declarations
  const columns = [...numberNames, ...goodsNames].map((name) => columnOf(texts.get(name) ?? [], name, known))
  return [...columns, unitValues(declarations)]
}

const columnOf = (texts: readonly string[], name: string, known: number) =>
  numberNames.includes(name) ? asNumbers(texts) : asCodes(texts, known)

function unitValues({ texts }: Declarations): Float64Array {
  const mass = asNumbers(texts.get('Net Mass') ?? [])
  return asNumbers(texts.get('Item Price') ?? []).map((price, row) => {
    const own = mass[row] ?? 0
    return own > 0 ? price / own : Number.NaN
  })
}

function declared(
  declarations: Declarations,
  what: string,
  columns: (of: Declarations) => Float64Array[],
): Task {
  const { labels, train: known } = declarations
  const partsOf = () => [lastRows(labels.length, labels.length - known)]
  const name = `declarations, ${what}`
  return {
    name,
    measure: 'AUC',
    columns: columns(declarations),
    labels,
    partsOf,
    maxDepth: 10,
    maxRounds: 240,
  }
}

const lastRows = (rows: number, count: number) =>
  Int32Array.from({ length: count }, (_, i) => rows - count + i)

/** Rows dealt to parts by lot. */
function dealt(rows: number, count: number, seed: number): Int32Array[] {
  const random = seededRandom(seed)
  const part = Array.from({ length: rows }, () => random.below(count))
  return Array.from({ length: count }, (_, index) =>
    Int32Array.from([...part.keys()].filter((row) => part[row] === index)),
  )
}

/** Predictions of every tested row, part after part, by each seed. */
async function predict(task: Task, peers: readonly Peer[]) {
  const own: number[][] = []
  const theirs = new Map<Peer, number[][]>(peers.map((peer) => [peer, []]))
  for (const seed of seeds) {
    const made = task.partsOf(seed).map((part) => divided(task, part))
    own.push(made.flatMap((rows) => [...ownPredictions(task, rows, seed)]))
    for (const [peer, predictions] of theirs) {
      const all: number[] = []
      for (const rows of made) all.push(...(await peerPredictions(task, { rows, peer, seed })))
      predictions.push(all)
    }
  }
  return { own, theirs }
}

interface Divided {
  readonly learned: Int32Array
  readonly part: Int32Array
}

function divided({ labels }: Task, part: Int32Array): Divided {
  const isTested = new Set(part)
  return { part, learned: Int32Array.from([...labels.keys()].filter((row) => !isTested.has(row))) }
}

const take = (values: Float64Array, rows: Int32Array) =>
  Float64Array.from(rows, (row) => values[row] ?? Number.NaN)

async function peerPredictions(
  task: Task,
  { rows, peer, seed }: { readonly rows: Divided; readonly peer: Peer; readonly seed: number },
): Promise<Float64Array> {
  const order = Int32Array.from([...rows.learned, ...rows.part])
  const columns = task.columns.map((values) => take(values, order))
  const counts = { columns: columns.length, train: rows.learned.length, test: rows.part.length }
  const folder = mkdtempSync(join(tmpdir(), 'khudi-quality-'))
  try {
    writeTable(folder, { columns, labels: take(task.labels, order), train: counts.train })
    const budget = { rounds: task.maxRounds, threads: 1, seed, parameters: parametersOf(peer, task) }
    await trainPeer(peer, { folder, ...counts, ...budget })
    return numbersIn(join(folder, 'predictions.f64'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function ownPredictions(task: Task, rows: Divided, seed: number): Float64Array {
  const features: readonly FeatureSpec[] = task.columns.map((_, index) => ({
    name: `x${index}`,
    kind: 'number',
  }))
  const columnsAt = (at: Int32Array) =>
    Object.fromEntries(task.columns.map((values, index) => [`x${index}`, take(values, at)]))
  const { maxDepth, maxRounds } = task
  const model = train({
    features,
    columns: columnsAt(rows.learned),
    labels: take(task.labels, rows.learned),
    seed,
    options: {
      ...{ growth: 'depth', maxDepth, maxRounds, learningRate, validationShare: 0 },
      ...{ rowShare: share, columnShare: share },
      objective: { name: task.measure === 'AUC' ? 'logistic' : 'squared' },
    },
  })
  return compile(model).scoreBatch({ columns: columnsAt(rows.part) }).scores
}

function parametersOf(
  { library }: Peer,
  { measure, maxDepth }: Task,
): Readonly<Record<string, number | string>> {
  if (library === 'xgboost') {
    const objective = measure === 'AUC' ? 'binary:logistic' : 'reg:squarederror'
    return {
      ...{ objective, max_depth: maxDepth, eta: learningRate },
      ...{ subsample: share, colsample_bytree: share },
    }
  }
  const size = { max_depth: maxDepth, num_leaves: Math.min(2 ** maxDepth, 255), learning_rate: learningRate }
  const drawn = { bagging_fraction: share, bagging_freq: 1, feature_fraction: share }
  // As much weight in a leaf as the others ask for.
  const leaves = { min_data_in_leaf: 1, min_sum_hessian_in_leaf: 1 }
  return {
    objective: measure === 'AUC' ? 'binary' : 'regression',
    ...size,
    ...drawn,
    ...leaves,
    lambda_l2: 1,
  }
}

function qualityOf(
  task: Task,
  own: readonly (readonly number[])[],
  theirs: ReadonlyMap<Peer, readonly (readonly number[])[]>,
): Measurement[] {
  const truth = seeds.map((seed) => testedLabels(task, seed))
  const measureOne = (labels: Float64Array, scores: readonly number[]) =>
    task.measure === 'AUC' ? measureQuality({ labels, scores }).auc : rootMeanSquare(labels, scores)
  const measureOf = (all: readonly (readonly number[])[]) =>
    truth.reduce((sum, labels, index) => sum + measureOne(labels, all[index] ?? []), 0) / truth.length
  const figures = [...theirs].map(([{ title }, scores]) => ({ what: title, value: measureOf(scores) }))
  const best = figures.toSorted((a, b) => (task.measure === 'AUC' ? b.value - a.value : a.value - b.value))[0]
  const others = figures.map(({ what, value }) => `${what} ${value.toFixed(4)}`).join(', ')
  const made = {
    what: `${task.measure}: ${task.name}`,
    value: measureOf(own),
    unit: '',
    note: `depth ${task.maxDepth}, ${task.maxRounds} rounds, mean of ${seeds.length} seeds, ${task.labels.length} rows; ${others}`,
  }
  if (best === undefined) return [made]
  const bar = task.measure === 'AUC' ? { atLeast: best.value - 0.002 } : { atMost: best.value * 1.002 }
  return [{ ...made, reference: best, bar }]
}

const testedLabels = ({ labels, partsOf }: Task, seed: number) =>
  Float64Array.from(partsOf(seed).flatMap((part) => [...part].map((row) => labels[row] ?? 0)))

function rootMeanSquare(labels: Float64Array, scores: readonly number[]): number {
  const squares = scores.reduce((sum, score, row) => sum + (score - (labels[row] ?? 0)) ** 2, 0)
  return Math.sqrt(squares / scores.length)
}

/** Thresholds from one half of the tested rows, drawn by lot, and what they cover of the other half. */
function coverageOf(task: Task, scores: readonly number[]): Measurement {
  const labels = testedLabels(task, seeds[0])
  const random = seededRandom(11)
  const isCalibration = scores.map(() => random.uniform() < 0.5)
  const half = (wanted: boolean) => {
    const rows = [...scores.keys()].filter((row) => isCalibration[row] === wanted)
    return {
      labels: rows.map((row) => labels[row] ?? 0),
      scores: rows.map((row) => scores[row] ?? 0),
      // Groups that the model does not know of: thirds of the rows by their place.
      groups: rows.map((row) => `third ${Math.floor((3 * row) / scores.length) + 1}`),
    }
  }
  const sets = fitConformalSets(half(true), { alpha: 0.1, division: 'class_and_group' })
  const { whole, parts, confidence } = measureSetCoverage(sets, half(false))
  const outside = [whole, ...parts].filter(({ verdict }) => verdict === 'below')
  return {
    what: `conformal sets below their band: ${task.name}`,
    value: outside.length,
    unit: '',
    bar: { atMost: 0 },
    note: `${1 + parts.length} lines by class and third of the rows, promised 0.9, covered ${whole.share.toFixed(3)} (band ${whole.band.low.toFixed(3)} to ${whole.band.high.toFixed(3)} at ${confidence})`,
  }
}

const categoryNames = ['route', 'band']

/** Categories of thousands of levels: ours as categories, XGBoost's as whole numbers; and what our scores mean. */
async function categoryRows(declarations: Declarations, peers: readonly Peer[]): Promise<Measurement[]> {
  const { texts, labels, train: known } = declarations
  const values = unitValues(declarations)
  const keys = [...goodsNames, 'Tax Rate'].map((name) => texts.get(name) ?? [])
  const route = Array.from(labels, (_, row) => keys.map((column) => column[row]).join('|'))
  const band = route.map((own, row) => `${own}|${Math.round(10 * Math.log(values[row] ?? 1))}`)
  const asked = [route, band]
  const task: Task = {
    ...{
      name: 'declarations, categories of thousands of levels',
      measure: 'AUC',
      maxDepth: 6,
      maxRounds: 150,
    },
    columns: [...goodsColumns(declarations), ...asked.map((column) => asCodes(column, known))],
    ...{ labels, partsOf: () => [lastRows(labels.length, labels.length - known)] },
  }
  const { theirs } = await predict(task, peers)
  const numbers = Object.fromEntries(goodsColumns(declarations).map((column, index) => [`x${index}`, column]))
  const features: FeatureSpec[] = [
    ...Object.keys(numbers).map((name) => ({ name, kind: 'number' as const })),
    ...categoryNames.map((name) => ({ name, kind: 'category' as const })),
  ]
  const slice = (from: number, to: number) => ({
    ...Object.fromEntries(Object.entries(numbers).map(([name, column]) => [name, column.subarray(from, to)])),
    ...Object.fromEntries(categoryNames.map((name, index) => [name, (asked[index] ?? []).slice(from, to)])),
  })
  const model = train({ features, columns: slice(0, known), labels: labels.subarray(0, known), seed: 1 })
  const { scores } = compile(model).scoreBatch({ columns: slice(known, labels.length) })
  const quality = measureQuality({ labels: labels.subarray(known), scores })
  const aucOf = (all: readonly (readonly number[])[]) =>
    all.reduce((sum, own) => sum + measureQuality({ labels: labels.subarray(known), scores: own }).auc, 0) /
    all.length
  const xgboost = [...theirs]
    .filter(([{ library }]) => library === 'xgboost')
    .map(([{ title }, own]) => ({
      what: title,
      value: aucOf(own),
    }))
    .toSorted((a, b) => b.value - a.value)[0]
  const precision = quality.capacities.find(({ share }) => share === 0.05)?.precision ?? Number.NaN
  return [
    {
      what: `AUC: ${task.name}`,
      value: quality.auc,
      unit: '',
      ...(xgboost !== undefined && { reference: xgboost, bar: { atLeast: xgboost.value } }),
      note: `ours with its defaults, XGBoost on whole numbers; precision at 5 % ${precision.toFixed(3)}`,
    },
    {
      what: 'calibration error on the declarations',
      value: quality.calibrationError,
      unit: '',
      bar: { atMost: 0.02 },
      note: 'ten groups of equally many cases, 2021-01..03, trained on 2020',
    },
  ]
}
