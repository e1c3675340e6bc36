/**
 * Rows as CSV (RFC 4180): UTF-8 without a byte-order mark, lines end in CR LF, the first holds the field names.
 *
 * Spreadsheets run a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return as a formula, also when it came in
 * with a trader's name. Such a text, unless it is a plain number, is written with an apostrophe before it; a text that
 * already begins with apostrophes before such a character gets one more. So a reader that takes one apostrophe off texts
 * of that form has exactly what was exported. An empty text is `""`, an absent value nothing at all, a boolean `true` or
 * `false`; a list or record inside a row is its JSON.
 */

const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/
const PLAIN_NUMBER = /^-?\d+(\.\d+)?$/
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
      return value === '' ? '""' : quoted(neutral(value))
    case 'number':
    case 'boolean':
      return String(value)
    default:
      return value === null ? '' : quoted(neutral(JSON.stringify(value)))
  }
}

/** Takes from a text the power to be a formula. */
export function neutral(text: string): string {
  return FORMULA.test(text) && !PLAIN_NUMBER.test(text) ? `'${text}` : text
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
