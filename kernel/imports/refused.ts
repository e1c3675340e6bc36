/**
 * The file of refused rows: the original columns, and why each row was refused. A person mends it in a spreadsheet and
 * feeds it again through the same mapping; the reader leaves the added columns out.
 *
 * It is UTF-8 with a byte-order mark, so that spreadsheets show Urdu, whatever the encoding of the source; the reader
 * accepts the mark under every mapping. Formulas are neutralised (see `neutralise.ts`). The rows hold what the source
 * held, personal data included: the file belongs where only the people who mend it can read it.
 */
import { stringify } from 'csv-stringify/sync'
import type { FieldProblem } from '../errors.ts'
import { refusalColumns } from './header.ts'
import type { Delimiter } from './mapping.ts'
import { neutralise } from './neutralise.ts'

export interface RefusedRow {
  /** First line of the record in the file it came from. */
  readonly line: number
  readonly raw: string
  /** Values by column. Absent where they could not be told apart; then `refused_raw` holds the text of the row. */
  readonly fields?: readonly string[] | undefined
  readonly problems: readonly FieldProblem[]
}

/** Separates the problems of one row within a cell. */
const between = ' | '

/** Beginning of a refused-rows file: the mark and the header. */
export function refusedFileHeader(header: readonly string[], delimiter: Delimiter): string {
  return `\ufeff${write([[...header.map(neutralise), ...refusalColumns]], delimiter)}`
}

/** Refused rows as lines of that file; texts of any number of calls can be joined. */
export function refusedFileRows(
  rows: readonly RefusedRow[],
  file: { readonly header: readonly string[]; readonly delimiter: Delimiter },
): string {
  const cells = rows.map((row) => [
    ...(row.fields ?? file.header.map(() => '')).map(neutralise),
    String(row.line),
    row.problems.map(({ field }) => neutralise(field)).join(between),
    row.problems.map(({ code }) => code).join(between),
    row.problems.map(({ message }) => message.en).join(between),
    row.problems.map(({ message }) => message.ur).join(between),
    // A NUL would make the mended file unreadable; the picture of one tells the person where it stood.
    row.fields === undefined ? neutralise(row.raw.replaceAll('\0', '␀')) : '',
  ])
  return write(cells, file.delimiter)
}

function write(cells: readonly (readonly string[])[], delimiter: Delimiter): string {
  // Line ends of either kind inside a value need quotes; the library looks for the record delimiter alone.
  return stringify([...cells], { delimiter, record_delimiter: '\r\n', quoted_match: /[\r\n]/ })
}
