/** Training and the search for settings, as the kernel asks for them. */
import type {
  EngineProgress,
  EngineSettings,
  FeatureSpecs,
  SearchOptions,
  SearchReport,
  TrainedModel,
  TrainingOptions,
  TrainingSet,
} from '@khudi/sdk'
import { TabularInputError, TrainingStopped } from '../errors.ts'
import type { TabularModel } from '../model/model.ts'
import { encodeModel } from '../model/model-file.ts'
import { compile } from '../scoring/score.ts'
import { type TimeFold, timeFolds } from '../search/folds.ts'
import { type Configuration, drawConfigurations, type Parameter } from '../search/space.ts'
import { planSearch, type SearchTrial, successiveHalving } from '../search/successive-halving.ts'
import type { FeatureSpec } from '../table/features.ts'
import { defaultOptions, type TrainingOptions as Options, readOptions } from '../training/options.ts'
import { seededRandom } from '../training/random.ts'
import { type TrainingProgress, train } from '../training/train.ts'

/** A checkpoint holds every tree so far: writing one each round would cost the square of the rounds. */
const CHECKPOINT_EVERY = 20
const METRIC = 'log loss'
/** Folds in time of a search. */
const FOLDS = 3

export function featuresOf(specs: FeatureSpecs): FeatureSpec[] {
  return Object.entries(specs).map(([name, { kind, monotone, comparison }]) => ({
    name,
    kind,
    ...(monotone !== undefined && { monotone }),
    ...(comparison !== undefined && { comparedBy: comparison.by }),
  }))
}

/** @throws TabularInputError for a set, settings or a checkpoint that cannot be used. */
export function learn(
  { features, rows, labels }: TrainingSet,
  { seed, settings = {}, from, threads, ...told }: TrainingOptions,
): TrainedModel | undefined {
  const chosen = optionsOf(settings)
  let [rounds, isStopped] = [0, false]
  try {
    const model = train({
      features: featuresOf(features),
      rows,
      labels: Uint8Array.from(labels, Number),
      seed,
      options: chosen,
      from,
      threads,
      onProgress: (progress) => {
        told.onProgress?.(shownOf(progress, chosen.maxRounds))
        rounds += 1
        isStopped = told.shouldStop?.() === true
        if (isStopped || rounds % CHECKPOINT_EVERY === 0) told.onCheckpoint?.(progress.checkpoint())
      },
      shouldStop: () => isStopped,
    })
    return { bytes: encodeModel(model), summary: summaryOf(model, rows.length) }
  } catch (error) {
    if (error instanceof TrainingStopped) return undefined
    throw error
  }
}

/** The kernel's labels say whether a case is what is looked for, so the loss is the logistic one whatever is set. */
function optionsOf(settings: EngineSettings): Options {
  if (Object.hasOwn(settings, 'objective'))
    throw new TabularInputError(
      'option_invalid',
      'what is minimised follows from the labels and is not a setting',
    )
  return readOptions(settings)
}

/**
 * Choosing the number of trees and learning from everything are the two halves of the work; where fewer trees were chosen than
 * there may be, each counts for more.
 */
function shownOf({ phase, round, rounds, validationLoss }: TrainingProgress, most: number): EngineProgress {
  return {
    done: phase === 'validate' ? round : most + Math.round((round * most) / rounds),
    total: 2 * most,
    metric: validationLoss,
    metricName: METRIC,
  }
}

function summaryOf({ trees, validation }: TabularModel, rows: number): TrainedModel['summary'] {
  return {
    trees: trees.roots.length,
    rows,
    ...(validation !== null && {
      validationAuc: validation.auc,
      validationAveragePrecision: validation.averagePrecision,
      validationCalibrationError: validation.calibrationError,
    }),
  }
}

/**
 * What a search tries, each around what is usual for gradient-boosted trees. The number of rounds is no parameter: it is what the
 * search spends.
 */
const space: readonly Parameter[] = [
  { name: 'learningRate', low: 0.02, high: 0.3, scale: 'log', whole: false },
  { name: 'maxLeaves', low: 7, high: 127, scale: 'log', whole: true },
  { name: 'maxDepth', low: 3, high: 10, scale: 'linear', whole: true },
  { name: 'minLeafWeight', low: 0.1, high: 20, scale: 'log', whole: false },
  { name: 'l2', low: 0.01, high: 100, scale: 'log', whole: false },
  { name: 'rowShare', low: 0.5, high: 1, scale: 'linear', whole: false },
  { name: 'columnShare', low: 0.4, high: 1, scale: 'linear', whole: false },
]

/**
 * Successive halving over the engine's own settings and drawn ones, judged by log loss on later rows. Answers `undefined` where it
 * was stopped.
 *
 * @throws TabularInputError for a set that cannot be learned from, and a search without configurations or rounds.
 */
export function findSettings(
  set: TrainingSet,
  { seed, configurations, rounds, onProgress, shouldStop }: SearchOptions,
): SearchReport | undefined {
  const drawn = drawConfigurations(space, configurations - 1, seededRandom(seed))
  // The engine's own settings take part, so that what is found is no worse than what is there.
  const own = Object.fromEntries(space.map(({ name }) => [name, ownSetting(name)]))
  const folds = timeFolds(set.rows.length, FOLDS)
  const running = successiveHalving({
    configurations: [own, ...drawn],
    rounds,
    folds,
    trainAndMeasure: (configuration, most, fold) => lossOn(set, { configuration, rounds: most, fold, seed }),
  })
  for (let step = running.next(); ; step = running.next()) {
    if (step.done === true) return reportOf(step.value, { configurations, rounds })
    const { spentRounds: done, budgetRounds: total, best: metric } = step.value
    onProgress?.({ done, total, metric, metricName: METRIC })
    if (shouldStop?.() === true) return undefined
  }
}

function reportOf(
  trials: readonly SearchTrial[],
  { configurations, rounds }: Pick<SearchOptions, 'configurations' | 'rounds'>,
): SearchReport {
  const { budgetRounds } = planSearch(configurations, rounds, FOLDS)
  return {
    metricName: METRIC,
    budgetRounds,
    trials: trials.map((trial) => ({
      // What came through to the end was judged at so many rounds; fewer are chosen by the validation rows of its training.
      settings: { ...trial.configuration, maxRounds: rounds },
      rounds: trial.rounds,
      metric: trial.metric,
    })),
  }
}

function ownSetting(name: string): number {
  const value = Object.entries(defaultOptions).find(([own]) => own === name)?.[1]
  if (typeof value !== 'number') throw new Error(`${name} is no number among the settings`)
  return value
}

/** Log loss on the fold's later rows of a model of its earlier ones; not a number where these have one label only. */
function lossOn(
  { features, rows, labels }: TrainingSet,
  given: {
    readonly configuration: Configuration
    readonly rounds: number
    readonly fold: TimeFold
    readonly seed: number
  },
): number {
  const { fold, seed } = given
  const known = labels.slice(0, fold.trainTo)
  if (known.every((label) => label === known[0])) return Number.NaN
  const model = train({
    features: featuresOf(features),
    rows: rows.slice(0, fold.trainTo),
    labels: Uint8Array.from(known, Number),
    seed,
    options: readOptions({ ...given.configuration, maxRounds: given.rounds, validationShare: 0 }),
  })
  const { scores } = compile(model).scoreBatch({ rows: rows.slice(fold.trainTo, fold.testTo) })
  const losses = scores.map((score, index) =>
    labels[fold.trainTo + index] === true ? -Math.log(bounded(score)) : -Math.log(bounded(1 - score)),
  )
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** One certain mistake must not weigh more than everything else. */
const bounded = (probability: number) => Math.max(probability, 1e-15)
