import { TabularInputError } from '../errors.ts'
import type { TabularModel } from '../model/model.ts'
import { featureOfColumns } from '../table/encoding.ts'
import type { FeatureValue, Row } from '../table/features.ts'
import { compileEncoders } from '../table/row-encoding.ts'
import { objectiveOf } from '../training/objectives/objectives.ts'
import { calibrated } from '../trust/calibration.ts'
import type { NumberChange, PermittedChange } from './changes.ts'
import { findCounterfactual } from './counterfactual.ts'

/** What may be changed of a row, by name: a number as changes.ts says it, any other feature to one of some values. */
export type NamedChange =
  | (Omit<NumberChange, 'feature' | 'kind'> & { readonly name: string; readonly values?: undefined })
  | { readonly name: string; readonly values: readonly string[] }

export interface ChangeQuestion {
  readonly row: Row
  /** A row with at least this score is on the upper side: whoever decides from a score draws the line so. */
  readonly score: number
  readonly permitted: readonly NamedChange[]
  readonly mostSteps?: number | undefined
}

export interface NamedValue {
  readonly name: string
  readonly from: FeatureValue
  readonly to: number | string
  readonly size: number
}

/** As in counterfactual.ts, where the outcomes are explained. */
export type SmallestChange =
  | {
      readonly outcome: 'found'
      readonly changes: readonly NamedValue[]
      /** Of the changed row. */
      readonly score: number
      readonly steps: number
    }
  | { readonly outcome: 'none' | 'unfinished'; readonly steps: number }

/**
 * The smallest change of permitted features that takes a row's score to the other side of a line.
 *
 * @throws TabularInputError for a row that cannot be scored, and `change_invalid` for a permission that makes no sense.
 */
export function findSmallestChange(model: TabularModel, question: ChangeQuestion): SmallestChange {
  const { row, permitted, mostSteps } = question
  const featureOf = featureOfColumns(model.features)
  const encode = compileEncoders(model.features)
  const encoded = (values: Row) => {
    const cells = new Float64Array(featureOf.length)
    encode(values, cells)
    return cells
  }
  const scoreOf = scoreOfMargin(model)
  const found = findCounterfactual(
    { trees: model.trees, baseMargin: model.baseMargin, featureOf },
    {
      row: encoded(row),
      threshold: leastMargin(scoreOf, question.score),
      permitted: permitted.map((change): PermittedChange => {
        const feature = placeOf(model, change)
        if (change.values === undefined) return { ...change, kind: 'number', feature }
        const others = change.values.filter((value) => value !== row[change.name])
        const cellsOf = (value: string) =>
          encoded({ ...row, [change.name]: value }).filter((_, column) => featureOf[column] === feature)
        return { kind: 'choice', feature, choices: others.map((value) => ({ value, cells: cellsOf(value) })) }
      }),
      mostSteps,
    },
  )
  if (found.outcome !== 'found') return found
  const changes = found.changes.map(({ feature, to, size }) => {
    const name = model.features[feature]?.name ?? ''
    return { name, from: row[name] ?? null, to, size }
  })
  return { ...found, score: scoreOf(found.margin), changes }
}

function placeOf({ features }: TabularModel, { name, values }: NamedChange): number {
  const place = features.findIndex((feature) => feature.name === name)
  const kind = features[place]?.kind
  if (kind === undefined || (kind === 'number') !== (values === undefined))
    throw new TabularInputError(
      'change_invalid',
      `a change is permitted of "${name}", which is no ${values === undefined ? 'number' : 'text'} of the model`,
    )
  return place
}

function scoreOfMargin({ objective, calibration }: TabularModel): (margin: number) => number {
  const { predict } = objectiveOf(objective)
  return (margin) => (calibration.kind === 'none' ? predict(margin) : calibrated(calibration, margin))
}

/** The least margin with such a score, which never falls as the margin rises; infinite where there is none. */
function leastMargin(scoreOf: (margin: number) => number, score: number): number {
  let low = -Number.MAX_VALUE
  let high = Number.MAX_VALUE
  if (scoreOf(low) >= score) return Number.NEGATIVE_INFINITY
  if (!(scoreOf(high) >= score)) return Number.POSITIVE_INFINITY
  for (;;) {
    const middle = low / 2 + high / 2
    if (middle <= low || middle >= high) return high
    if (scoreOf(middle) >= score) high = middle
    else low = middle
  }
}
