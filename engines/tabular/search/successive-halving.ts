import { TabularInputError } from '../errors.ts'
import type { TimeFold } from './folds.ts'
import type { Configuration } from './space.ts'

/** How much of the field goes on to the next rung: one in three (Li et al., "Hyperband", JMLR 18, 2018, find 3 or 4 the best). */
const ETA = 3

/** One step of the plan: so many configurations, each trained for so many rounds on every fold. */
export type Rung = { readonly configurations: number; readonly rounds: number }

export type SearchPlan = {
  readonly rungs: readonly Rung[]
  /** Σ configurations × rounds × folds: what the whole search costs, known before it begins. */
  readonly budgetRounds: number
}

export type SearchTrial = {
  readonly configuration: Configuration
  /** Rounds of the last rung that it came to. */
  readonly rounds: number
  /** Mean over the folds; lower is better. */
  readonly metric: number
}

export type SearchStep = {
  readonly spentRounds: number
  readonly budgetRounds: number
  /** The lowest mean so far, of those trained the longest; null before there is one. */
  readonly best: number | null
}

export type SearchTask = {
  readonly configurations: readonly Configuration[]
  /** Rounds of the configurations that come through to the end. */
  readonly rounds: number
  readonly folds: readonly TimeFold[]
  /** Trains afresh and answers the metric on the fold's later rows, lower is better; not a number where training came to nothing. */
  readonly trainAndMeasure: (configuration: Configuration, rounds: number, fold: TimeFold) => number
}

/**
 * The rungs of a search: the last trains for `rounds`, each before it for a third, with three times as many configurations, down to
 * one round or to all configurations. Whole numbers are rounded down, so the plan never costs more than it says.
 *
 * @throws TabularInputError `option_invalid`
 */
export function planSearch(configurations: number, rounds: number, folds: number): SearchPlan {
  for (const [name, value] of Object.entries({ configurations, rounds, folds }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TabularInputError('option_invalid', `${name} must be a whole number from 1 on, not ${value}`)
  const steps = Math.min(wholeLog(configurations), wholeLog(rounds))
  const rungs = Array.from({ length: steps + 1 }, (_, rung) => ({
    configurations: Math.floor(configurations / ETA ** rung),
    rounds: Math.floor(rounds / ETA ** (steps - rung)),
  }))
  const budgetRounds = rungs.reduce((sum, one) => sum + one.configurations * one.rounds * folds, 0)
  return { rungs, budgetRounds }
}

/** The largest whole exponent of ETA that does not exceed the value; logarithms would be a hair off at exact powers. */
function wholeLog(value: number): number {
  let exponent = 0
  for (let power = ETA; power <= value; power *= ETA) exponent += 1
  return exponent
}

/**
 * Successive halving (Jamieson & Talwalkar, "Non-stochastic best arm identification and hyperparameter optimization", AISTATS
 * 2016): every configuration is trained a little, the best third three times as long, and so on. The same task gives the same
 * trials: equal metrics keep the order given, so the first of them goes on.
 *
 * The caller decides after each training whether to go on: nothing is kept between two steps but metrics. Answers every trial,
 * those of the later rungs first, within a rung the best first; one whose training came to nothing is left out.
 *
 * @throws TabularInputError `option_invalid` for an empty task, `labels_one_class` where every training came to nothing
 */
export function* successiveHalving(task: SearchTask): Generator<SearchStep, SearchTrial[]> {
  const { configurations, rounds, folds, trainAndMeasure } = task
  const { rungs, budgetRounds } = planSearch(configurations.length, rounds, folds.length)
  let field = configurations
  const done: SearchTrial[] = []
  let spentRounds = 0
  let best: number | null = null
  for (const rung of rungs) {
    const trials: SearchTrial[] = []
    let lowest = Number.POSITIVE_INFINITY
    for (const configuration of field.slice(0, rung.configurations)) {
      let sum = 0
      for (const fold of folds) {
        sum += trainAndMeasure(configuration, rung.rounds, fold)
        spentRounds += rung.rounds
        yield { spentRounds, budgetRounds, best }
      }
      const metric = sum / folds.length
      if (!Number.isFinite(metric)) continue
      trials.push({ configuration, rounds: rung.rounds, metric })
      lowest = Math.min(lowest, metric)
    }
    // Of the next rung's figures only the longer training counts; until it has some, these are the best known.
    if (Number.isFinite(lowest)) best = lowest
    // A stable sort: of two alike the first given stays ahead.
    trials.sort((one, other) => one.metric - other.metric)
    field = trials.map(({ configuration }) => configuration)
    done.unshift(...trials)
  }
  if (done.length === 0)
    throw new TabularInputError('labels_one_class', 'no configuration could be trained and measured')
  return latestOfEach(done)
}

/** Of each configuration the trial of its last rung; the trials stand with the last rung first. */
function latestOfEach(trials: readonly SearchTrial[]): SearchTrial[] {
  const seen = new Set<Configuration>()
  return trials.filter(({ configuration }) => {
    if (seen.has(configuration)) return false
    seen.add(configuration)
    return true
  })
}
