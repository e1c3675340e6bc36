/**
 * Rows as CSV (RFC 4180): UTF-8 without a byte-order mark, lines end in CR LF, the first holds the field names.
 *
 * Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a line end as a formula, also when it came in with a
 * trader's name. Such texts are neutralised as `kernel/imports` takes back: read by it, an export is exactly what it was.
 * An empty text is `""`, an absent value nothing at all, a boolean `true` or `false`; a list or record inside a row is its
 * JSON.
 */

import { neutralise } from '../../kernel/imports/neutralise.ts'

const NEEDS_QUOTES = /[",\r\n]|^[ \t]|[ \t]$/

export interface CsvWriter {
  readonly header: string
  /** A row's line. Fields that the header does not name are a programming error. */
  line(row: Readonly<Record<string, unknown>>): string
}

/** @param fields names of the columns, in their order */
export function csvWriter(fields: readonly string[]): CsvWriter {
  const known = new Set(fields)
  return {
    header: `${fields.map((name) => quoted(name)).join(',')}\r\n`,
    line(row) {
      const stray = Object.keys(row).find((name) => !known.has(name))
      if (stray !== undefined) throw new Error(`the row has a field "${stray}" that its schema does not name`)
      return `${fields.map((name) => cell(row[name])).join(',')}\r\n`
    },
  }
}

function cell(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return ''
    case 'string':
      return value === '' ? '""' : quoted(neutralise(value))
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return value === null ? '' : quoted(neutralise(JSON.stringify(value)))
  }
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
