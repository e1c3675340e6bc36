import { isRecord, type JsonRecord, readList, readText, wrong } from '../model/json-reading.ts'
import type { ObjectiveSpec } from '../training/objectives/objectives.ts'
import { readNumberText } from './fields.ts'
import { parseJsonText } from './json-text.ts'

/** Where the base score of a file stands: on the margin itself, or as the score that the margin's link makes. */
type Link = 'identity' | 'logit' | 'log'

const squared = { spec: { name: 'squared' }, link: 'identity' } as const
const ranking = { spec: { name: 'pairwise' }, link: 'identity' } as const
/** Objectives by XGBoost's names. Quantile and Tweedie take a figure from the file. */
const OBJECTIVES = new Map<string, { readonly spec: ObjectiveSpec; readonly link: Link }>([
  ['binary:logistic', { spec: { name: 'logistic' }, link: 'logit' }],
  ['reg:logistic', { spec: { name: 'logistic' }, link: 'logit' }],
  // Its scores are margins, and so is its base score.
  ['binary:logitraw', { spec: { name: 'logistic' }, link: 'identity' }],
  ['reg:squarederror', squared],
  ['reg:linear', squared],
  ['reg:absoluteerror', { spec: { name: 'absolute' }, link: 'identity' }],
  ['reg:quantileerror', { spec: { name: 'quantile', level: 0.5 }, link: 'identity' }],
  ['count:poisson', { spec: { name: 'poisson' }, link: 'log' }],
  ['reg:tweedie', { spec: { name: 'tweedie', power: 1.5 }, link: 'log' }],
  ['rank:pairwise', ranking],
  ['rank:ndcg', ranking],
  ['rank:map', ranking],
])

/** The objective, its name in the file, and the margin before any tree. */
export function readXgboostObjective(
  value: unknown,
  baseScore: unknown,
): { readonly objective: ObjectiveSpec; readonly name: string; readonly baseMargin: number } {
  if (!isRecord(value)) throw wrong('objective', 'must be an object')
  const name = readText(value.name, 'objective.name')
  const known = OBJECTIVES.get(name)
  if (known === undefined) throw wrong('objective', 'cannot be imported: it is none that this engine knows')
  return {
    objective: withFigure(known.spec, value),
    name,
    baseMargin: toMargin(readBaseScore(baseScore), known.link),
  }
}

function withFigure(spec: ObjectiveSpec, fields: JsonRecord): ObjectiveSpec {
  if (spec.name === 'quantile') {
    const { quantile_loss_param: param } = fields
    const level = readOne(isRecord(param) ? param.quantile_alpha : undefined, 'quantile_alpha')
    if (level <= 0 || level >= 1) throw wrong('quantile_alpha', 'must be between 0 and 1')
    return { name: 'quantile', level }
  }
  if (spec.name === 'tweedie') {
    const { tweedie_regression_param: param } = fields
    const power = readOne(
      isRecord(param) ? param.tweedie_variance_power : undefined,
      'tweedie_variance_power',
    )
    if (power <= 1 || power >= 2) throw wrong('tweedie_variance_power', 'must be between 1 and 2')
    return { name: 'tweedie', power }
  }
  return spec
}

/** Up to 3.0 a number as a text, from 3.1 on a list of one number as a text. */
function readBaseScore(value: unknown): number {
  return Math.fround(readOne(value, 'base_score'))
}

function readOne(value: unknown, where: string): number {
  if (typeof value !== 'string' || !value.startsWith('[')) return readNumberText(value, where)
  const [number = Number.NaN] = readList(parseJsonText(value), where, {
    length: 1,
    item: (item) => (typeof item === 'number' ? item : Number.NaN),
  })
  if (!Number.isFinite(number)) throw wrong(where, 'must be a finite number')
  return number
}

function toMargin(score: number, link: Link): number {
  if (link === 'identity') return score
  if (score <= 0 || (link === 'logit' && score >= 1))
    throw wrong('base_score', 'is outside the range of the objective')
  return link === 'logit' ? Math.log(score / (1 - score)) : Math.log(score)
}
