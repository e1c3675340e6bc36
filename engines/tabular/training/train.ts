import { TabularInputError, TrainingStopped } from '../errors.ts'
import { comparedFeatures, learnComparisons } from '../explanation/comparisons.ts'
import { flattenTrees, joinEnsembles } from '../model/flatten.ts'
import type { TabularModel } from '../model/model.ts'
import type { FittedFeature } from '../table/encoding.ts'
import { type LabelledTable, readTrainingData, type TrainingData } from '../table/training-data.ts'
import { type Calibration, calibrated, uncalibrated } from '../trust/calibration.ts'
import { chooseCalibration } from '../trust/calibration-choice.ts'
import { measureQuality, type Quality } from '../trust/metrics.ts'
import { type Boosted, boost } from './boosting.ts'
import {
  type Checkpoint,
  encodeCheckpoint,
  nameOfTraining,
  type Phase,
  readCheckpoint,
} from './checkpoint.ts'
import { checkMonotone } from './constraints.ts'
import { encodeForTraining } from './encode.ts'
import type { BinnedTree } from './grower.ts'
import type { ObjectiveRows, RowRange } from './objective.ts'
import { labelsDiffer } from './objectives/labels.ts'
import { completeOptions, type TrainingOptions } from './options.ts'
import type { Threads } from './team.ts'

export type TrainingInput = LabelledTable & {
  /**
   * A whole number from 0 to 2⁵³ − 1: the same input, options and seed give the same model, byte for byte, by any number of
   * threads and however often it was interrupted.
   */
  readonly seed: number
  readonly options?: Partial<TrainingOptions> | undefined
  readonly threads?: Threads | undefined
  /** Bytes of a checkpoint of the same training, which was broken off. */
  readonly from?: Uint8Array | undefined
  /**
   * A model of the same features and objective that the new trees are added to ("warm start"). The rows should be others than
   * it has learned from: its histories of categories know the labels of those.
   */
  readonly warmStart?: TabularModel | undefined
}

/** `validate` chooses the number of trees on the latest rows; `fit` then learns from all of them. */
export interface TrainingProgress {
  readonly phase: Phase
  readonly round: number
  readonly rounds: number
  /** The objective's mean loss on the validation rows, while validating. */
  readonly validationLoss: number | null
  /** What to go on from, should the training be broken off here. */
  checkpoint(): Uint8Array
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
  for (let done = 1; ; done++) {
    const step = rounds.next()
    if (step.done === true) return step.value
    try {
      input.onProgress?.(step.value)
      if (input.shouldStop?.() === true) throw new TrainingStopped(done)
    } catch (error) {
      // Thrown into the training, so that it lets go of its threads; it comes out again.
      rounds.throw(error)
    }
  }
}

/**
 * The same, one boosting round each time the generator is resumed: the caller decides when to breathe and
 * when to give up. The input is read, and refused, at the first `next`.
 */
export function* trainInRounds(input: TrainingInput): Generator<TrainingProgress, TabularModel> {
  const options = completeOptions(input.options ?? {})
  const data = readTrainingData({ ...input, objective: options.objective })
  checkMonotone(options.objective, input.features)
  const comparisons = learnComparisons(data.columns, comparedFeatures(input.features))
  const training = { input, options, data, ...startOf(input, { options, data }) }
  const trial = yield* validate(training)
  const { features, boosted } = yield* fit(training, {
    phase: 'fit',
    trainCount: data.count,
    rounds: trial.rounds,
  })
  const trees = flattenTrees(boosted, options.learningRate)
  const { warmStart, seed } = input
  return {
    objective: options.objective,
    features,
    baseMargin: warmStart?.baseMargin ?? boosted.baseMargin,
    trees: warmStart === undefined ? trees : joinEnsembles(warmStart.trees, trees),
    calibration: trial.calibration,
    seed,
    options,
    trainedRows: data.count,
    validation: trial.validation,
    ...(comparisons.length > 0 && { comparisons }),
  }
}

interface TrainingUnderWay {
  readonly input: TrainingInput
  readonly options: TrainingOptions
  readonly data: TrainingData
  /** Rows as the trees learn from them. */
  readonly rows: ObjectiveRows
  readonly name: string
  /** Trees of both phases, those of a checkpoint first. */
  readonly trees: Readonly<Record<Phase, BinnedTree[]>>
}

function startOf(
  input: TrainingInput,
  { options, data }: Pick<TrainingUnderWay, 'options' | 'data'>,
): Pick<TrainingUnderWay, 'rows' | 'name' | 'trees'> {
  const { labels, weights, groups } = data
  const { positiveWeight } = options
  const counted =
    positiveWeight === 1
      ? weights
      : weights.map((weight, row) => weight * (labels[row] === 1 ? positiveWeight : 1))
  const rows = { labels, weights: counted, groups }
  const name = nameOfTraining({ rows, columns: data.columns, seed: input.seed, options })
  const begun: Checkpoint['trees'] =
    input.from === undefined ? { validate: [], fit: [] } : readCheckpoint(input.from, name).trees
  return { rows, name, trees: { validate: [...begun.validate], fit: [...begun.fit] } }
}

interface Trial {
  readonly rounds: number
  readonly calibration: Calibration
  readonly validation: Quality | null
}

/** Learns from the earlier rows and measures on the later ones. */
function* validate(training: TrainingUnderWay): Generator<TrainingProgress, Trial> {
  const { data, options } = training
  const trainCount = trainCountOf(training)
  if (trainCount === data.count) {
    return { rounds: options.maxRounds, calibration: uncalibrated, validation: null }
  }
  const tail = { from: trainCount, to: data.count }
  for (const range of [{ from: 0, to: trainCount }, tail]) requireDifferent(training, range)
  const { boosted } = yield* fit(training, { phase: 'validate', trainCount, rounds: options.maxRounds })
  const rounds = boosted.trees.length
  if (options.objective.name !== 'logistic') return { rounds, calibration: uncalibrated, validation: null }
  const { calibration } = chooseCalibration(data, boosted.margins, tail)
  const scores = boosted.margins.subarray(tail.from).map((margin) => calibrated(calibration, margin))
  const validation = measureQuality({ labels: data.labels.subarray(tail.from), scores })
  return { rounds, calibration, validation }
}

/** How many of the earlier rows to learn from; queries stay whole. */
function trainCountOf({ data, options }: TrainingUnderWay): number {
  const wanted = data.count - Math.round(options.validationShare * data.count)
  return data.groups?.findLast((begin) => begin <= wanted && begin > 0) ?? wanted
}

function requireDifferent({ data, rows }: TrainingUnderWay, range: RowRange): void {
  if (labelsDiffer(data.objective, rows, range)) return
  throw new TabularInputError(
    'validation_one_class',
    `by time, rows ${range.from} to ${range.to - 1} have one label only; give more rows, or set validationShare to 0`,
  )
}

interface Fit {
  readonly features: readonly FittedFeature[]
  readonly boosted: Boosted
}

/** Encoders and trees from the first `trainCount` rows; later rows, if any, say when to stop. */
function* fit(
  training: TrainingUnderWay,
  as: { readonly phase: Phase; readonly trainCount: number; readonly rounds: number },
): Generator<TrainingProgress, Fit> {
  const { input, options, data, rows, name, trees } = training
  const { phase, trainCount, rounds } = as
  const { features, ...encoded } = encodeForTraining(data, { input, options, trainCount })
  const checkpoint = () => encodeCheckpoint({ of: name, trees })
  let boosted: Boosted | undefined
  const boosting = boost(
    { ...encoded, objective: options.objective, rows, trainCount },
    {
      ...{ options: { ...options, maxRounds: rounds }, seed: input.seed, threads: input.threads },
      ...{ done: [...trees[phase]], onTree: (tree) => trees[phase].push(tree) },
    },
  )
  const keep = (result: Boosted) => {
    boosted = result
  }
  // A loop lets go of the training, and of its threads, whichever way it is left.
  for (const round of resultTo(keep, boosting)) yield { phase, rounds, ...round, checkpoint }
  if (boosted === undefined) throw new Error('boosting ends with a result')
  return { features, boosted }
}

function* resultTo<Step, Result>(
  keep: (result: Result) => void,
  work: Generator<Step, Result>,
): Generator<Step, void> {
  keep(yield* work)
}
