/** The columns that the trees learn from: by encoders fitted here, or by those of the model that is added to. */
import { TabularInputError } from '../errors.ts'
import { leafAt } from '../model/ensemble.ts'
import type { TabularModel } from '../model/model.ts'
import {
  type EncodedColumn,
  type FittedFeature,
  featureOfColumns,
  fitEncoders,
  setColumnsOf,
} from '../table/encoding.ts'
import { compileTableEncoder } from '../table/row-encoding.ts'
import type { LabelledTable, TrainingData } from '../table/training-data.ts'
import type { BoostingData } from './boosting.ts'
import type { Interactions } from './constraints.ts'
import type { TrainingOptions } from './options.ts'

export interface Encoded extends Pick<BoostingData, 'columns' | 'interactions' | 'start'> {
  readonly features: readonly FittedFeature[]
}

/** @throws TabularInputError `warm_start_other` for a model of other features or of another objective. */
export function encodeForTraining(
  data: TrainingData,
  given: {
    readonly input: LabelledTable & { readonly warmStart?: TabularModel | undefined }
    readonly options: TrainingOptions
    readonly trainCount: number
  },
): Encoded {
  const { input, options, trainCount } = given
  if (input.warmStart === undefined) {
    const { features, encoded } = fitEncoders(data.columns, data, { trainCount })
    return { features, columns: encoded, interactions: interactionsOf(options, features), start: undefined }
  }
  const { features, objective } = input.warmStart
  const isSame =
    JSON.stringify(objective) === JSON.stringify(options.objective) &&
    JSON.stringify(features.map(namedKind)) === JSON.stringify(input.features.map(namedKind))
  if (!isSame) {
    throw new TabularInputError(
      'warm_start_other',
      'the model to go on from has other features, or they are in another order, or it has another objective',
    )
  }
  const columns = columnsBy(features, data, input)
  const start = marginsOf(input.warmStart, columns, data.count)
  return { features, columns, interactions: interactionsOf(options, features), start }
}

const namedKind = ({ name, kind }: { readonly name: string; readonly kind: string }) => [name, kind]

/** Rows that are encoded at a time. */
const BLOCK = 4_096

/** The columns of encoders that an earlier training has fitted. */
function columnsBy(
  features: readonly FittedFeature[],
  { count, order, columns: read }: TrainingData,
  table: LabelledTable,
): readonly EncodedColumn[] {
  const featureOf = featureOfColumns(features)
  const isSet = setColumnsOf(features)
  const width = featureOf.length
  const values = Array.from(featureOf, () => new Float64Array(count))
  const placeOf = new Int32Array(count)
  for (let place = 0; place < count; place++) placeOf[order?.[place] ?? place] = place
  const encode = compileTableEncoder(features)
  const block = new Float64Array(BLOCK * width)
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK)
    encode(table, { from, to }, block)
    values.forEach((own, column) => {
      for (let row = from; row < to; row++) own[placeOf[row] ?? 0] = block[(row - from) * width + column] ?? 0
    })
  }
  return values.map((own, column) => {
    const feature = featureOf[column] ?? 0
    const asked = read[feature]
    const monotone = asked !== undefined && 'monotone' in asked ? asked.monotone : 0
    if (isSet[column] !== 1) return { kind: 'ordered', values: own, feature, monotone, levels: 0 }
    const levels = 1 + own.reduce((most, level) => (level > most ? level : most), 0)
    return { kind: 'set', values: own, feature, monotone: 0, levels }
  })
}

/** What the model says of each row. */
function marginsOf(model: TabularModel, columns: readonly EncodedColumn[], count: number): Float64Array {
  const row = new Float64Array(columns.length)
  const margins = new Float64Array(count)
  for (let place = 0; place < count; place++) {
    columns.forEach(({ values }, column) => {
      row[column] = values[place] ?? Number.NaN
    })
    let margin = model.baseMargin
    for (let tree = 0; tree < model.trees.roots.length; tree++)
      margin += model.trees.value[leafAt(model.trees, tree, row)] ?? 0
    margins[place] = margin
  }
  return margins
}

function interactionsOf(
  { interactions }: TrainingOptions,
  features: readonly FittedFeature[],
): Interactions | undefined {
  if (interactions.length === 0) return undefined
  const numbers = new Map(features.map(({ name }, index) => [name, index]))
  const groups = interactions.map((group) =>
    group.map((name) => {
      const feature = numbers.get(name)
      if (feature !== undefined) return feature
      throw new TabularInputError(
        'option_invalid',
        `option interactions names "${name}", which is no feature`,
      )
    }),
  )
  return { groups, featureOfColumn: featureOfColumns(features) }
}
