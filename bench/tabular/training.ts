/** Training on a large table, beside the peers: time at one and two threads, memory, and whether the models are as good. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { measureQuality } from '../../engines/tabular/trust/metrics.ts'
import type { BenchmarkRun, Measurement } from '../result.ts'
import { normalTable } from './generated.ts'
import { type Answer, findPeers, numbersIn, type Peer, trainPeer, writeTable } from './peers.ts'

const run = promisify(execFile)

const WIDTH = 30
const TEST = 100_000
const rounds = 100
const maxDepth = 6
const learningRate = 0.1
/** Turns of each; the fastest counts, since what disturbs only ever slows down. */
const turns = 2

const Own = z.object({ seconds: z.number(), cpuSeconds: z.number(), peakMiB: z.number(), digest: z.string() })
type Own = z.infer<typeof Own>

export async function trainingRows({ isQuick, say }: BenchmarkRun): Promise<readonly Measurement[]> {
  const rows = isQuick ? 100_000 : 1_000_000
  const folder = mkdtempSync(join(tmpdir(), 'khudi-training-'))
  try {
    const table = normalTable(rows + TEST, WIDTH, rows)
    writeTable(folder, table)
    const task = { folder, columns: WIDTH, train: rows, test: TEST, rounds, seed: 1 }
    const testLabels = table.labels.subarray(rows)
    const peers = firstOfEach(await findPeers())
    if (peers.length === 0) say('neither XGBoost nor LightGBM is at hand')
    const measured: Measurement[] = []
    const digests = new Set<string>()
    for (const threads of [1, 2]) {
      const ours: Own[] = []
      const theirs = new Map<Peer, Answer[]>(peers.map((peer) => [peer, []]))
      const aucs = new Map<string, number>()
      for (let turn = 0; turn < turns; turn++) {
        say(`${rows.toLocaleString('en')} × ${WIDTH}, ${threads} threads, turn ${turn + 1} of ${turns}`)
        ours.push(await trainOwn({ ...task, threads }))
        aucs.set('ours', aucOf(folder, 'own.f64', testLabels))
        for (const [peer, answers] of theirs) {
          answers.push(await trainPeer(peer, { ...task, threads, parameters: parametersOf(peer) }))
          aucs.set(peer.title, aucOf(folder, 'predictions.f64', testLabels))
        }
      }
      for (const { digest } of ours) digests.add(digest)
      measured.push(...rowsOf({ threads, ours, theirs, aucs, rows }))
    }
    say('4 threads')
    digests.add((await trainOwn({ ...task, threads: 4 })).digest)
    measured.push({
      what: 'different models by 1, 2 and 4 threads, and in repeated runs',
      value: digests.size,
      unit: '',
      bar: { atMost: 1 },
      note: `SHA-256 of the model’s bytes, ${2 * turns + 1} trainings`,
    })
    return measured
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** One version of each library is enough to be timed beside. */
function firstOfEach(peers: readonly Peer[]): readonly Peer[] {
  return peers.filter(({ library }, index) => peers.findIndex((one) => one.library === library) === index)
}

interface Turns {
  readonly threads: number
  readonly ours: readonly Own[]
  readonly theirs: ReadonlyMap<Peer, readonly Answer[]>
  readonly aucs: ReadonlyMap<string, number>
  readonly rows: number
}

function rowsOf({ threads, ours, theirs, aucs, rows }: Turns): Measurement[] {
  const least = (answers: readonly Own[] | readonly Answer[], read: (one: Own | Answer) => number) =>
    Math.min(...answers.map(read))
  const where = `${threads} ${threads === 1 ? 'thread' : 'threads'}`
  const measured: Measurement[] = []
  const seconds = least(ours, (one) => one.seconds)
  const peakMiB = least(ours, (one) => one.peakMiB)
  const note = `${rows.toLocaleString('en')} × ${WIDTH}, depth ${maxDepth}, ${rounds} rounds`
  if (theirs.size === 0) measured.push({ what: `training, ${where}`, value: seconds, unit: 's', note })
  for (const [{ title, library }, answers] of theirs) {
    const peerSeconds = least(answers, (one) => one.seconds)
    const peerPeak = least(answers, (one) => one.peakMiB)
    const reference = { what: title, value: peerSeconds }
    // The bar of the issue is XGBoost's time; LightGBM is shown beside it.
    const timeBar = library === 'xgboost' ? { bar: { atMost: peerSeconds } } : {}
    measured.push({ what: `training, ${where}`, value: seconds, unit: 's', reference, ...timeBar, note })
    const memory = library === 'xgboost' ? { bar: { atMost: Math.round(1.2 * peerPeak) } } : {}
    measured.push({
      what: `peak memory of training, ${where}`,
      value: peakMiB,
      unit: 'MiB',
      reference: { what: title, value: peerPeak },
      ...memory,
      note: 'the whole process, the table included; bar 1.2 × XGBoost',
    })
    const auc = aucs.get(title) ?? Number.NaN
    measured.push({
      what: `AUC on ${TEST.toLocaleString('en')} rows not seen, ${where}`,
      value: aucs.get('ours') ?? Number.NaN,
      unit: '',
      reference: { what: title, value: auc },
      bar: { atLeast: auc - 0.002 },
      note: 'bar: within 0.002',
    })
  }
  return measured
}

async function trainOwn(task: {
  readonly folder: string
  readonly columns: number
  readonly train: number
  readonly test: number
  readonly threads: number
}): Promise<Own> {
  const options = { growth: 'depth', maxDepth, learningRate, maxRounds: rounds }
  const script = join(import.meta.dirname, 'own.ts')
  const { stdout } = await run(process.execPath, [
    '--no-warnings',
    script,
    JSON.stringify({ ...task, options }),
  ])
  return Own.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}

const parametersOf = ({ library }: Peer) =>
  library === 'xgboost'
    ? { objective: 'binary:logistic', max_depth: maxDepth, eta: learningRate, max_bin: 256 }
    : {
        ...{
          objective: 'binary',
          max_depth: maxDepth,
          num_leaves: 2 ** maxDepth,
          learning_rate: learningRate,
        },
        ...{ max_bin: 255, lambda_l2: 1, min_sum_hessian_in_leaf: 1, min_data_in_leaf: 1 },
      }

function aucOf(folder: string, file: string, labels: Float64Array): number {
  const scores = numbersIn(join(folder, file))
  return measureQuality({ labels, scores }).auc
}
