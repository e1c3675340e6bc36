/** What every conversion of a cell has in common. */
import type { ErrorParameters, FieldProblem } from '../errors.ts'
import { type RowProblemCode, rowProblem } from './codes.ts'
import type { MappedField } from './mapped-field.ts'
import type { FileFormat } from './mapping.ts'

/** One row while it is being converted. One object serves all its columns, since a closure for each cell costs half the time. */
export interface RowReading {
  readonly cells: readonly string[]
  readonly problems: FieldProblem[]
  /** The column, or columns, that a refusal is about. */
  column: string
  /** Adds a problem of the present column. */
  refuse(code: RowProblemCode, parameters?: ErrorParameters): undefined
}

export function startRow(cells: readonly string[]): RowReading {
  const problems: FieldProblem[] = []
  const reading: RowReading = {
    cells,
    problems,
    column: '',
    refuse: (code, parameters) => {
      problems.push(rowProblem(reading.column, code, parameters))
      return undefined
    },
  }
  return reading
}

/**
 * Turns one cell, trimmed and known to hold a value, into the value of a field. It never throws and never guesses: what
 * it cannot read it refuses, and gives `undefined`. The row is there for what another column says (the currency).
 */
export type ConvertCell = (cell: string, row: RowReading) => unknown

export interface ConversionContext {
  readonly format: FileFormat
  /** Position of a column in the rows of this file. */
  readonly positionOf: (column: string) => number
}

export type FieldOf<As extends MappedField['as']> = Extract<MappedField, { as: As }>
