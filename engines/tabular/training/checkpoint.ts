/** What a training that was broken off goes on from: the trees that it has grown, and what they were grown on. */
import { TabularInputError } from '../errors.ts'
import { crc32 } from '../model/checksum.ts'
import type { BinnedTree } from './grower.ts'
import type { ObjectiveRows } from './objective.ts'
import type { TrainingOptions } from './options.ts'
import type { Split } from './split-search.ts'

export type Phase = 'validate' | 'fit'

export interface Checkpoint {
  /** Tells apart what was learned from, with which seed and options. */
  readonly of: string
  /** Trees of each phase of the training, in the order of the rounds. */
  readonly trees: Readonly<Record<Phase, readonly BinnedTree[]>>
}

const FORMAT = 'khudi.tabular.checkpoint'
const VERSION = 1

/** A leaf is [step, cover]; a split [step, cover, left, column, missing left, last bin or bins that go left]. */
type PlainNode = readonly (number | readonly number[])[]

/**
 * A short name of a training: checksums of the labels, the weights and the features' values as far as they were given, with
 * the seed and the options. Two trainings that share it are the same for all that is not done to deceive.
 */
export function nameOfTraining(given: {
  readonly rows: ObjectiveRows
  readonly columns: readonly object[]
  readonly seed: number
  readonly options: TrainingOptions
}): string {
  const { labels, weights } = given.rows
  const sums = [labels, weights, ...given.columns.flatMap((column) => Object.values(column))]
    .filter(ArrayBuffer.isView)
    .map((view) => crc32(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)).toString(16))
  const own = JSON.stringify([given.seed, given.options, given.rows.labels.length])
  return `${sums.join('-')}-${crc32(new TextEncoder().encode(own)).toString(16)}`
}

export function encodeCheckpoint({ of, trees }: Checkpoint): Uint8Array {
  const plain = { validate: trees.validate.map(plainTree), fit: trees.fit.map(plainTree) }
  const text = JSON.stringify({ format: FORMAT, version: VERSION, of, trees: plain })
  const bytes = new TextEncoder().encode(text)
  return new TextEncoder().encode(`${crc32(bytes).toString(16).padStart(8, '0')}${text}`)
}

/**
 * Reads the checkpoint of the training of this name.
 *
 * @throws TabularInputError `checkpoint_invalid` for bytes that are damaged or another training's.
 */
export function readCheckpoint(bytes: Uint8Array, of: string): Checkpoint {
  const sum = new TextDecoder().decode(bytes.subarray(0, 8))
  const rest = bytes.subarray(8)
  if (crc32(rest).toString(16).padStart(8, '0') !== sum) throw invalid('is damaged or no checkpoint')
  // Nobody but this file writes bytes of this sum, short of deceit.
  const file: FileForm = JSON.parse(new TextDecoder().decode(rest))
  if (file.format !== FORMAT || file.version !== VERSION) throw invalid('is of another version')
  if (file.of !== of) throw invalid('is of other rows, features, options or another seed')
  return { of, trees: { validate: file.trees.validate.map(binnedTree), fit: file.trees.fit.map(binnedTree) } }
}

interface FileForm {
  readonly format: string
  readonly version: number
  readonly of: string
  readonly trees: Readonly<Record<Phase, readonly (readonly PlainNode[])[]>>
}

function invalid(why: string): TabularInputError {
  return new TabularInputError('checkpoint_invalid', `the checkpoint ${why}; begin anew without it`)
}

function plainTree(tree: BinnedTree): readonly PlainNode[] {
  return tree.map(({ split, left, step, cover }) => {
    if (split === undefined) return [step, cover]
    const goes =
      split.kind === 'cut' ? split.bin : [...split.bins.keys()].filter((bin) => split.bins[bin] === 1)
    return [step, cover, left, split.column, split.missingLeft ? 1 : 0, goes]
  })
}

/** What growing knew beyond this (gains, sums, rows) is needed no more. */
function binnedTree(plain: readonly PlainNode[]): BinnedTree {
  return plain.map(([step, cover, left, column, missingLeft, goes]) => {
    const node = { step: Number(step), cover: Number(cover), from: 0, to: 0 }
    if (goes === undefined) return { ...node, split: undefined, left: 0 }
    const none = { first: 0, second: 0 }
    const shared = {
      ...{ gain: 0, column: Number(column), missingLeft: missingLeft === 1 },
      ...{ leftSums: none, rightSums: none, leftStep: 0, rightStep: 0 },
    }
    const split: Split =
      typeof goes === 'number'
        ? { ...shared, kind: 'cut', bin: goes }
        : { ...shared, kind: 'set', bins: binsWith(goes) }
    return { ...node, split, left: Number(left) }
  })
}

function binsWith(going: readonly number[]): Uint8Array {
  const bins = new Uint8Array(256)
  for (const bin of going) bins[bin] = 1
  return bins
}
