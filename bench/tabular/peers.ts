/** XGBoost and LightGBM as they are installed here, for comparison. Without them a benchmark says so and measures ours alone. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)

export type Library = 'xgboost' | 'lightgbm'

export interface Peer {
  readonly library: Library
  readonly python: string
  /** `XGBoost 1.7.4` */
  readonly title: string
}

const titles = { xgboost: 'XGBoost', lightgbm: 'LightGBM' } as const

/** Pythons to look in; KHUDI_PEER_PYTHON names further ones, divided by colons. */
const pythons = [
  '/usr/bin/python3',
  ...(process.env.KHUDI_PEER_PYTHON ?? '').split(':').filter((path) => path !== ''),
]

/** Every version of either library that can be called, in the order of the Pythons. */
export async function findPeers(): Promise<readonly Peer[]> {
  const found: Peer[] = []
  for (const python of pythons)
    for (const library of ['xgboost', 'lightgbm'] as const) {
      const asked = run(python, ['-c', `import ${library}, numpy; print(${library}.__version__)`])
      const version = await asked.then(
        ({ stdout }) => stdout.trim(),
        () => undefined,
      )
      if (version !== undefined) found.push({ library, python, title: `${titles[library]} ${version}` })
    }
  return found
}

/** The numbers of a file, eight bytes each. */
export function numbersIn(path: string): Float64Array<ArrayBuffer> {
  return new Float64Array(Uint8Array.from(readFileSync(path)).buffer)
}

/** Columns of numbers, NaN where missing; the first `train` rows are to be learned from. */
export interface PeerTable {
  readonly columns: readonly Float64Array[]
  readonly labels: Float64Array
  readonly train: number
}

/** Writes a table where a peer, or a process of ours, reads it. */
export function writeTable(folder: string, { columns, labels }: PeerTable): void {
  const rows = labels.length
  const all = new Float64Array(columns.length * rows)
  columns.forEach((values, column) => {
    all.set(values, column * rows)
  })
  writeFileSync(join(folder, 'x.f64'), all)
  writeFileSync(join(folder, 'y.f64'), labels)
}

const Answer = z.object({
  version: z.string(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMiB: z.number(),
})
export type Answer = z.infer<typeof Answer>

export interface PeerTask {
  readonly folder: string
  readonly columns: number
  readonly train: number
  readonly test: number
  readonly threads: number
  readonly rounds: number
  readonly parameters: Readonly<Record<string, number | string>>
  readonly seed: number
}

/** Trains the peer in a process of its own; its predictions of the test rows then lie in the folder. */
export async function trainPeer({ python, library }: Peer, task: PeerTask): Promise<Answer> {
  const script = join(import.meta.dirname, 'peer.py')
  const { stdout } = await run(python, [script, JSON.stringify({ library, ...task })], {
    maxBuffer: 1e8,
    env: { ...process.env, OMP_NUM_THREADS: String(task.threads) },
  })
  return Answer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
}
