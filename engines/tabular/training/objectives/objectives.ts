import { TabularInputError } from '../../errors.ts'
import type { Objective } from '../objective.ts'
import { logistic } from './logistic.ts'
import { pairwise } from './pairwise.ts'
import { poisson } from './poisson.ts'
import { quantile } from './quantile.ts'
import { squared } from './squared.ts'
import { tweedie } from './tweedie.ts'

/** What a training can minimise, by the name that a model keeps. */
export type ObjectiveSpec =
  /** Log loss of labels 0 and 1; the margin is the log odds. */
  | { readonly name: 'logistic' }
  /** Half the squared error; the margin is the mean. */
  | { readonly name: 'squared' }
  /** Absolute error; the margin is the median. */
  | { readonly name: 'absolute' }
  /** Pinball loss; the margin is the quantile at this level, between 0 and 1. */
  | { readonly name: 'quantile'; readonly level: number }
  /** Half the Poisson deviance of counts or rates; the margin is the mean's logarithm. */
  | { readonly name: 'poisson' }
  /** Half the Tweedie deviance of amounts that are often 0; the variance is as the mean to this power, between 1 and 2. */
  | { readonly name: 'tweedie'; readonly power: number }
  /** Logistic loss of pairs within a query; a higher margin is to come first. */
  | { readonly name: 'pairwise' }

export function objectiveOf(spec: ObjectiveSpec): Objective {
  switch (spec.name) {
    case 'logistic':
      return logistic
    case 'squared':
      return squared
    case 'absolute':
      // Twice the pinball loss at one half is the absolute error.
      return quantile(0.5, 2)
    case 'quantile':
      return quantile(spec.level, 1)
    case 'poisson':
      return poisson
    case 'tweedie':
      return tweedie(spec.power)
    case 'pairwise':
      return pairwise
    default:
      return spec satisfies never
  }
}

/** An objective from a value of unknown type; one that is unknown, incomplete or has more to it is refused. */
export function readObjective(value: unknown): ObjectiveSpec {
  const fields = typeof value === 'object' && value !== null ? Object.entries(value) : []
  const field = (name: string): unknown => fields.find(([own]) => own === name)?.[1]
  const between = (name: string, low: number, high: number): number => {
    const number = field(name)
    if (typeof number === 'number' && number > low && number < high) return number
    throw invalid(`option objective needs a ${name} between ${low} and ${high}`)
  }
  const spec = ((): ObjectiveSpec => {
    const name = field('name')
    switch (name) {
      case 'logistic':
      case 'squared':
      case 'absolute':
      case 'poisson':
      case 'pairwise':
        return { name }
      case 'quantile':
        return { name, level: between('level', 0, 1) }
      case 'tweedie':
        return { name, power: between('power', 1, 2) }
      default:
        throw invalid(`option objective must name one of ${names.join(', ')}`)
    }
  })()
  const unknown = fields.find(([name]) => !Object.hasOwn(spec, name))?.[0]
  if (unknown !== undefined) throw invalid(`objective ${spec.name} has no "${unknown}"`)
  return spec
}

const names = ['logistic', 'squared', 'absolute', 'quantile', 'poisson', 'tweedie', 'pairwise'] as const

function invalid(message: string): TabularInputError {
  return new TabularInputError('option_invalid', message)
}
