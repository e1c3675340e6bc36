import { TabularInputError, TrainingStopped } from '../errors.ts'
import { flattenTrees } from '../model/flatten.ts'
import type { TabularModel } from '../model/model.ts'
import { type FittedFeature, fitEncoders } from '../table/encoding.ts'
import {
  hasBothClasses,
  type LabelledTable,
  readTrainingData,
  type TrainingData,
} from '../table/training-data.ts'
import { type Calibration, fitPlatt, uncalibrated } from '../trust/calibration.ts'
import { measureQuality, type Quality } from '../trust/metrics.ts'
import { type Boosted, type BoostingOptions, boost } from './boosting.ts'
import { sigmoid, sumWeights } from './loss.ts'
import { completeOptions, type TrainingOptions } from './options.ts'
import { type Random, seededRandom } from './random.ts'

export type TrainingInput = LabelledTable & {
  /**
   * A whole number from 0 to 2⁵³ − 1: the same input, options and seed give the same model, byte for byte.
   */
  readonly seed: number
  readonly options?: Partial<TrainingOptions> | undefined
}

/** `validate` chooses the number of trees on the latest rows; `fit` then learns from all of them. */
export type TrainingProgress = {
  readonly phase: 'validate' | 'fit'
  readonly round: number
  readonly rounds: number
  /** Log loss on the validation rows, while validating. */
  readonly validationLoss: number | null
}

/**
 * Trains a model in one go. It keeps its thread busy (seconds for tens of thousands of rows), so servers call
 * it in a worker or use `trainInRounds`.
 *
 * @throws TabularInputError when something in the input cannot be used; nothing is repaired silently.
 * @throws TrainingStopped when `shouldStop` said so after a round.
 */
export function train(
  input: TrainingInput & {
    readonly onProgress?: ((progress: TrainingProgress) => void) | undefined
    readonly shouldStop?: (() => boolean) | undefined
  },
): TabularModel {
  const rounds = trainInRounds(input)
  for (let done = 0; ; done++) {
    const step = rounds.next()
    if (step.done === true) return step.value
    input.onProgress?.(step.value)
    if (input.shouldStop?.() === true) throw new TrainingStopped(done + 1)
  }
}

/**
 * The same, one boosting round each time the generator is resumed: the caller decides when to breathe and
 * when to give up. The input is read, and refused, at the first `next`.
 */
export function* trainInRounds(input: TrainingInput): Generator<TrainingProgress, TabularModel> {
  const { seed } = input
  const options = completeOptions(input.options ?? {})
  const data = readTrainingData(input)
  const trial = yield* validate(data, options, seededRandom(seed))
  const { features, boosted } = yield* fit(data, {
    phase: 'fit',
    trainCount: data.count,
    options: { ...options, maxRounds: trial.rounds },
    random: seededRandom(seed),
  })
  const { calibration, validation } = trial
  const { baseMargin, trees } = flattenTrees(boosted, { learningRate: options.learningRate, calibration })
  return { features, baseMargin, trees, calibration, seed, options, trainedRows: data.count, validation }
}

type Trial = {
  readonly rounds: number
  readonly calibration: Calibration
  readonly validation: Quality | null
}

/** Learns from the earlier rows and measures on the later ones. */
function* validate(
  data: TrainingData,
  options: TrainingOptions,
  random: Random,
): Generator<TrainingProgress, Trial> {
  const trainCount = data.count - Math.round(options.validationShare * data.count)
  if (trainCount === data.count) {
    return { rounds: options.maxRounds, calibration: uncalibrated, validation: null }
  }
  const tail = { from: trainCount, to: data.count }
  for (const { from, to } of [{ from: 0, to: trainCount }, tail]) {
    if (hasBothClasses(data, { from, to })) continue
    throw new TabularInputError(
      'validation_one_class',
      `by time, rows ${from} to ${to - 1} have one label only; give more rows, or set validationShare to 0`,
    )
  }
  const { boosted } = yield* fit(data, { phase: 'validate', trainCount, options, random })
  const calibration = fitPlatt(data, boosted.margins, tail)
  const scores = boosted.margins
    .subarray(tail.from)
    .map((margin) => sigmoid(calibration.slope * margin + calibration.intercept))
  const validation = measureQuality({ labels: data.labels.subarray(tail.from), scores })
  return { rounds: boosted.trees.length, calibration, validation }
}

type Fit = { readonly features: readonly FittedFeature[]; readonly boosted: Boosted }

/** Encoders and trees from the first `trainCount` rows; later rows, if any, say when to stop. */
function* fit(
  data: TrainingData,
  as: {
    readonly phase: TrainingProgress['phase']
    readonly trainCount: number
    readonly options: BoostingOptions
    readonly random: Random
  },
): Generator<TrainingProgress, Fit> {
  const { labels, weights, columns } = data
  const { phase, trainCount, options } = as
  const { weight, positive } = sumWeights(data, { from: 0, to: trainCount })
  const { features, encoded } = fitEncoders(columns, data, { trainCount, prior: positive / weight })
  const rounds = boost({ columns: encoded, labels, weights, trainCount }, options, as.random)
  for (;;) {
    const step = rounds.next()
    if (step.done === true) return { features, boosted: step.value }
    yield { phase, rounds: options.maxRounds, ...step.value }
  }
}
