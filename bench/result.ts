/** What a benchmark measured, and the file it is kept in. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../test/files.ts'
import type { Machine } from './machine.ts'

/** The figure stated in an issue or in the design. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number }

export interface Measurement {
  readonly what: string
  readonly value: number
  /** `cases/s`, `ms`, `MiB`; empty for a plain count. */
  readonly unit: string
  /** What it is compared with, measured in the same run. Absent where there is no peer; the row's note then says so. */
  readonly reference?: { readonly what: string; readonly value: number }
  readonly bar?: Bar
  readonly note?: string
}

export interface Row {
  readonly what: string
  readonly value: number
  readonly unit: string
  readonly reference: Measurement['reference'] | null
  /** Value by reference. */
  readonly ratio: number | null
  /** `≥ 5000` */
  readonly bar: string | null
  readonly holds: boolean | null
  readonly note?: string
}

/** A benchmark: the default export of a `bench/NAME.bench.ts`. */
export interface Benchmark {
  readonly title: string
  run(given: BenchmarkRun): Promise<readonly Measurement[]>
}

export interface BenchmarkRun {
  /** A tenth of the work, to try the benchmark itself; its figures are not kept. */
  readonly isQuick: boolean
  /** Tells whoever waits what is being done. */
  say(text: string): void
}

/** The note of a row without a reference ends in this. */
export const noPeer = 'no peer'

/** Digits beyond the fourth are noise. */
const rounded = (value: number) => (Number.isInteger(value) ? value : Number(value.toPrecision(4)))

export function rowOf({ what, value, unit, reference, bar, note: said }: Measurement): Row {
  const note = [said, reference === undefined ? noPeer : undefined]
    .filter((part) => part !== undefined)
    .join('; ')
  return {
    what,
    value: rounded(value),
    unit,
    reference: reference === undefined ? null : { ...reference, value: rounded(reference.value) },
    ratio: reference === undefined || reference.value === 0 ? null : rounded(value / reference.value),
    bar: bar === undefined ? null : 'atLeast' in bar ? `≥ ${bar.atLeast}` : `≤ ${bar.atMost}`,
    holds: bar === undefined ? null : 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost,
    ...(note !== '' && { note }),
  }
}

export interface Result {
  readonly machine: Machine
  /** The checkout's commit; ends in `-dirty` where files differ from it. */
  readonly commit: string
  readonly at: string
  readonly rows: readonly Row[]
}

/** Writes `bench/results/NAME.json`; returns its path. */
export function keep(name: string, result: Result): string {
  const folder = join(root, 'bench/results')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.json`)
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  return path
}
