import { dayOfYear, dayValue, weekday } from './calendar.ts'
import { codePosition, columnsOf, type FittedFeature, featureOfColumns } from './encoding.ts'
import {
  type Column,
  cellsOf,
  columnOf,
  type FeatureValue,
  isFloats,
  levelValue,
  numberValue,
  type Row,
  type Table,
  textValue,
} from './features.ts'
import { setLevels } from './frequent-levels.ts'
import { cappedSeen, shrunkMean } from './target-statistics.ts'
import { bucketsOf } from './words.ts'

/** Writes the columns of one row: `into[c]` is column c's value, NaN where missing. */
export type EncodeRow = (row: Row, into: Float64Array) => void

/**
 * Writes the columns of the rows `from` up to `to` of a table, row by row: column c of row r is
 * `into[(r − from) × width + c]`, where the width is the number of columns.
 */
export type EncodeTable = (
  table: Table,
  range: { readonly from: number; readonly to: number },
  into: Float64Array,
) => void

/**
 * The encoding of a new row, as training encoded its rows after the learned ones.
 *
 * @returns a function that throws TabularInputError when a feature is absent, of the wrong type or not finite.
 */
export function compileEncoders(features: readonly FittedFeature[]): EncodeRow {
  const encoders = encodersOf(features)
  return (row, into) => {
    for (const { name, place, encode } of encoders) encode(row[name], into, place)
  }
}

/** The same for many rows of a table; numbers in floating-point columns are copied without boxing. */
export function compileTableEncoder(features: readonly FittedFeature[]): EncodeTable {
  const encoders = encodersOf(features)
  const width = featureOfColumns(features).length
  return (table, { from, to }, into) => {
    const { rows } = table
    if (rows !== undefined) {
      const place = { at: 0, row: from }
      for (let row = from; row < to; row++) {
        place.row = row
        for (const encoder of encoders) {
          place.at = (row - from) * width + encoder.place.at
          encoder.encode(rows[row]?.[encoder.name], into, place)
        }
      }
      return
    }
    for (const encoder of encoders) {
      const column = columnOf(table.columns, encoder.name)
      const target = { from, to, width, into }
      if (encoder.kind === 'number' && isFloats(column)) copyNumbers(column, encoder, target)
      else encodeCells(column, encoder, target)
    }
  }
}

type Target = {
  readonly from: number
  readonly to: number
  readonly width: number
  readonly into: Float64Array
}

function copyNumbers(
  values: Float64Array | Float32Array,
  { name, place }: Encoder,
  { from, to, width, into }: Target,
): void {
  let { at } = place
  for (let row = from; row < to; row++) {
    const value = values[row]
    // Infinity less itself is no number; what lies beyond the column is refused as absent.
    if (value === undefined || (Number.isNaN(value - value) && !Number.isNaN(value)))
      numberValue(value, name, row)
    into[at] = value ?? 0
    at += width
  }
}

function encodeCells(column: Column, encoder: Encoder, { from, to, width, into }: Target): void {
  const place = { at: encoder.place.at, row: from }
  const cell = cellsOf(column)
  for (let row = from; row < to; row++) {
    place.row = row
    encoder.encode(cell(row), into, place)
    place.at += width
  }
}

/** Where a value's columns begin, and the row of the caller's table that a refusal names. */
type Place = { readonly at: number; readonly row: number | undefined }
type Encode = (value: FeatureValue | undefined, into: Float64Array, place: Place) => void
type Encoder = {
  readonly name: string
  readonly kind: FittedFeature['kind']
  /** Of a row alone. */
  readonly place: Place
  readonly encode: Encode
}

function encodersOf(features: readonly FittedFeature[]): readonly Encoder[] {
  let column = 0
  return features.map((feature) => {
    const place = { at: column, row: undefined }
    column += columnsOf(feature)
    return { name: feature.name, kind: feature.kind, place, encode: encodeOf(feature) }
  })
}

function encodeOf(feature: FittedFeature): Encode {
  const { name } = feature
  switch (feature.kind) {
    case 'number':
      return (value, into, { at, row }) => {
        into[at] = numberValue(value, name, row)
      }
    case 'level':
      return (value, into, { at, row }) => {
        into[at] = levelValue(value, name, row)
      }
    case 'date':
      return (value, into, { at, row }) => {
        const day = dayValue(value, name, row)
        into[at] = day
        into[at + 1] = dayOfYear(day)
        into[at + 2] = weekday(day)
      }
    case 'code':
      return encodeCode(feature)
    case 'text':
      return encodeWords(feature)
    case 'category':
      return encodeStatistics(feature)
  }
}

/** A map makes a known code one look-up. */
function encodeCode({ name, levels }: FittedFeature & { readonly kind: 'code' }): Encode {
  const positions = new Map(levels.map((level, position) => [level, position]))
  return (value, into, { at, row }) => {
    const code = textValue(value, name, row)
    into[at] = code === null ? Number.NaN : (positions.get(code) ?? codePosition(levels, code))
  }
}

function encodeWords({ name, buckets }: FittedFeature & { readonly kind: 'text' }): Encode {
  return (value, into, { at, row }) => {
    const text = textValue(value, name, row)
    into.fill(text === null ? Number.NaN : 0, at, at + buckets)
    if (text === null) return
    for (const bucket of bucketsOf(text, buckets)) into[at + bucket] = (into[at + bucket] ?? 0) + 1
  }
}

function encodeStatistics({
  name,
  statistics,
  frequent,
}: FittedFeature & { readonly kind: 'category' }): Encode {
  const { levels, weights, sums, prior } = statistics
  const codes = new Map(levels.map((level, position) => [level, position + 1]))
  const means = weights.map((weight, code) => shrunkMean({ sum: sums[code] ?? 0, weight }, statistics))
  const seen = weights.map((weight) => cappedSeen(weight, statistics))
  const levelOf = setLevels(frequent, weights.length)
  return (value, into, { at, row }) => {
    const level = textValue(value, name, row)
    const code = level === null ? 0 : (codes.get(level) ?? -1)
    into[at] = code < 0 ? prior : (means[code] ?? prior)
    into[at + 1] = code < 0 ? 0 : (seen[code] ?? 0)
    into[at + 2] = code < 0 ? 0 : (levelOf[code] ?? 0)
  }
}
