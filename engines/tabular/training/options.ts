import { TabularInputError } from '../errors.ts'
import type { BoostingOptions } from './boosting.ts'
import { type ObjectiveSpec, readObjective } from './objectives/objectives.ts'
import { poissonStep } from './objectives/poisson.ts'
import { tweedieStep } from './objectives/tweedie.ts'

export type TrainingOptions = BoostingOptions & {
  /** What is minimised. */
  readonly objective: ObjectiveSpec
  /** Of logistic loss: rows labelled 1 count so many times their weight (XGBoost's scale_pos_weight). */
  readonly positiveWeight: number
  /**
   * Groups of features, by name, that may meet on a path of a tree; a feature of no group then meets none but itself. None
   * for no limit.
   */
  readonly interactions: readonly (readonly string[])[]
  /**
   * Share of the rows, the latest, kept for validation: it decides the number of trees and the calibration. 0
   * for none.
   */
  readonly validationShare: number
}

/**
 * Chosen on 2020's last quarter of the Korean declarations; a single row must score in under 30 µs. Left out, `maxStep` is 0.7
 * for Poisson and 2 for Tweedie loss, and `maxLeaves` of depth-wise trees is what `maxDepth` allows.
 */
export const defaultOptions: TrainingOptions = {
  objective: { name: 'logistic' },
  maxRounds: 150,
  learningRate: 0.1,
  growth: 'leaf',
  maxLeaves: 31,
  maxDepth: 6,
  minLeafWeight: 1,
  l1: 0,
  l2: 1,
  maxStep: 0,
  minGain: 0,
  setSmoothing: 10,
  setL2: 30,
  maxSetLevels: 32,
  maxOneAgainstRest: 4,
  maxBins: 255,
  rowShare: 1,
  columnShare: 1,
  positiveWeight: 1,
  interactions: [],
  patience: 20,
  validationShare: 0.2,
}

type NumberName = Exclude<keyof TrainingOptions, 'objective' | 'growth' | 'interactions'>
type Bound = { readonly least: number; readonly most: number; readonly whole: boolean }

const bounds: Readonly<Record<NumberName, Bound>> = {
  maxRounds: { least: 1, most: 10_000, whole: true },
  learningRate: { least: 1e-4, most: 1, whole: false },
  maxLeaves: { least: 2, most: 4_096, whole: true },
  maxDepth: { least: 1, most: 64, whole: true },
  // Without weight or ridge a leaf of one label would take an infinite step.
  minLeafWeight: { least: 1e-6, most: 1e9, whole: false },
  l1: { least: 0, most: 1e9, whole: false },
  l2: { least: 1e-3, most: 1e9, whole: false },
  maxStep: { least: 0, most: 1e9, whole: false },
  minGain: { least: 0, most: 1e9, whole: false },
  setSmoothing: { least: 0, most: 1e9, whole: false },
  setL2: { least: 0, most: 1e9, whole: false },
  maxSetLevels: { least: 1, most: 127, whole: true },
  maxOneAgainstRest: { least: 0, most: 254, whole: true },
  maxBins: { least: 2, most: 255, whole: true },
  rowShare: { least: 0.01, most: 1, whole: false },
  columnShare: { least: 0.01, most: 1, whole: false },
  positiveWeight: { least: 1e-3, most: 1e6, whole: false },
  patience: { least: 1, most: 10_000, whole: true },
  validationShare: { least: 0, most: 0.5, whole: false },
}

/** Fills in the defaults; an option that is unknown, out of its bounds or at odds with another is refused by name. */
export function completeOptions(given: Partial<TrainingOptions>): TrainingOptions {
  return readOptions({ ...given })
}

/** The same for options of unknown types, such as those of a file. */
export function readOptions(given: Readonly<Record<string, unknown>>): TrainingOptions {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(defaultOptions, name))
  if (unknown !== undefined) throw invalid(`there is no training option "${unknown}"`)
  const objective = readObjective(
    Object.hasOwn(given, 'objective') ? given.objective : defaultOptions.objective,
  )
  const growth = readGrowth(Object.hasOwn(given, 'growth') ? given.growth : defaultOptions.growth)
  const number = (name: NumberName, fallback = defaultOptions[name]): number =>
    Object.hasOwn(given, name) ? readNumber(given[name], name) : fallback
  const maxDepth = number('maxDepth')
  const levels = Math.min(2 ** maxDepth, bounds.maxLeaves.most)
  const positiveWeight = number('positiveWeight')
  if (positiveWeight !== 1 && objective.name !== 'logistic')
    throw invalid(`option positiveWeight is for logistic loss, not ${objective.name}`)
  return {
    objective,
    maxRounds: number('maxRounds'),
    learningRate: number('learningRate'),
    growth,
    maxLeaves: number('maxLeaves', growth === 'depth' ? levels : defaultOptions.maxLeaves),
    maxDepth,
    minLeafWeight: number('minLeafWeight'),
    l1: number('l1'),
    l2: number('l2'),
    maxStep: number('maxStep', stepLimitOf(objective)),
    minGain: number('minGain'),
    setSmoothing: number('setSmoothing'),
    setL2: number('setL2'),
    maxSetLevels: number('maxSetLevels'),
    maxOneAgainstRest: number('maxOneAgainstRest'),
    maxBins: number('maxBins'),
    rowShare: number('rowShare'),
    columnShare: number('columnShare'),
    positiveWeight,
    interactions: readInteractions(Object.hasOwn(given, 'interactions') ? given.interactions : []),
    patience: number('patience'),
    validationShare: number('validationShare'),
  }
}

/** Losses that grow as the margin's exponential must not be stepped on freely. */
function stepLimitOf({ name }: ObjectiveSpec): number {
  if (name === 'poisson') return poissonStep
  return name === 'tweedie' ? tweedieStep : defaultOptions.maxStep
}

function readNumber(value: unknown, name: NumberName): number {
  const { least, most, whole } = bounds[name]
  if (typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value)))
    return value
  const kind = whole ? 'a whole number' : 'a number'
  const found = typeof value === 'number' ? value : `of type ${typeof value}`
  throw invalid(`option ${name} must be ${kind} from ${least} to ${most}, not ${found}`)
}

function readGrowth(value: unknown): TrainingOptions['growth'] {
  if (value === 'leaf' || value === 'depth') return value
  throw invalid('option growth must be "leaf" or "depth"')
}

function readInteractions(value: unknown): readonly (readonly string[])[] {
  const wrong = (): TabularInputError =>
    invalid('option interactions must be a list of groups, each a list of different feature names')
  if (!Array.isArray(value)) throw wrong()
  return value.map((group: unknown) => {
    if (!Array.isArray(group) || group.length === 0 || new Set(group).size < group.length) throw wrong()
    return group.map((name: unknown) => {
      if (typeof name !== 'string') throw wrong()
      return name
    })
  })
}

function invalid(message: string): TabularInputError {
  return new TabularInputError('option_invalid', message)
}
