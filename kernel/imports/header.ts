/** The first record of a file: which delimiter it is written with, and what its columns are called. */
import { Refusal } from '../errors.ts'
import { parseRecord } from './grammar.ts'
import { type Delimiter, delimiters } from './mapping.ts'
import { restore } from './neutralise.ts'

export interface Header {
  readonly delimiter: Delimiter
  readonly columns: readonly string[]
}

export interface HeaderExpectation {
  readonly delimiter: Delimiter | 'auto-refuse'
  /** Columns that have to be there. */
  readonly columns: readonly string[]
  /** Number of the header's line, for the refusal. */
  readonly line: number
}

/** Columns that a refused-rows file adds to those of its source. They are not read when the file comes back. */
export const refusalColumns = [
  'refused_line',
  'refused_field',
  'refused_code',
  'refused_reason_en',
  'refused_reason_ur',
  'refused_raw',
] as const

const refusalColumnNames: ReadonlySet<string> = new Set(refusalColumns)

export function isRefusalColumn(column: string): boolean {
  return refusalColumnNames.has(column)
}

/** As a person would name them; a tab cannot be seen. */
const delimiterNames: Readonly<Record<Delimiter, string>> = { ',': ',', ';': ';', '\t': 'TAB', '|': '|' }

/**
 * @throws {Refusal} `import.header_broken`, `import.delimiter_ambiguous`, `import.delimiter_wrong`,
 *   `import.columns_missing`, `import.columns_duplicate`
 */
export function readHeader(text: string, expected: HeaderExpectation): Header {
  const readings = delimiters.map((delimiter) => readAs(text, delimiter, expected.columns))
  const header =
    expected.delimiter === 'auto-refuse' ? theOnly(readings) : asDeclared(readings, expected.delimiter)
  const { columns, delimiter } = header
  if (columns === undefined) throw new Refusal('import.header_broken', { line: expected.line })
  const missing = expected.columns.filter((column) => !columns.includes(column))
  // Names of the mapping only: where the header is missing, the file's first line is somebody's data.
  if (missing.length > 0) throw new Refusal('import.columns_missing', { columns: missing.join(', ') })
  const duplicates = new Set(columns.filter((column, index) => columns.indexOf(column) !== index))
  if (duplicates.size > 0)
    throw new Refusal('import.columns_duplicate', { columns: [...duplicates].join(', ') })
  return { delimiter, columns }
}

interface Reading {
  readonly delimiter: Delimiter
  readonly columns: readonly string[] | undefined
  readonly found: number
  readonly isComplete: boolean
}

function readAs(text: string, delimiter: Delimiter, expected: readonly string[]): Reading {
  const names = parseRecord(text, delimiter)?.map((column) => column.trim())
  const columns = names?.some(isRefusalColumn) ? names.map(restore) : names
  const found = expected.filter((column) => columns?.includes(column)).length
  return { delimiter, columns, found, isComplete: columns !== undefined && found === expected.length }
}

function byMostFound(a: Reading, b: Reading): number {
  return b.found - a.found
}

function theOnly(readings: readonly Reading[]): Reading {
  const complete = readings.filter(({ isComplete }) => isComplete)
  if (complete.length > 1) {
    const names = complete.map(({ delimiter }) => delimiterNames[delimiter]).join('  ')
    throw new Refusal('import.delimiter_ambiguous', { delimiters: names })
  }
  const [best] = complete.length === 1 ? complete : readings.toSorted(byMostFound)
  if (best === undefined) throw new Error('there is no delimiter to read with')
  return best
}

function asDeclared(readings: readonly Reading[], declared: Delimiter): Reading {
  const reading = readings.find(({ delimiter }) => delimiter === declared)
  if (reading === undefined) throw new Error(`the delimiter ${declared} is not among those read`)
  const [best] = readings.toSorted(byMostFound)
  if (reading.isComplete || best === undefined || best.found <= Math.max(reading.found, 1)) return reading
  throw new Refusal('import.delimiter_wrong', {
    declared: delimiterNames[declared],
    seems: delimiterNames[best.delimiter],
  })
}
