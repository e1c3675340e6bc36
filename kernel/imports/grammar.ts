/** What the columns of a record are: csv-parse says so, except for records without a quotation mark (a plain split). */
import { CsvError, parse } from 'csv-parse/sync'
import type { Delimiter } from './mapping.ts'

/** The records of a text whose record delimiter is `\n`, or `undefined` where its quotation marks are broken. */
export function parseRecords(text: string, delimiter: Delimiter): readonly (readonly string[])[] | undefined {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true, max_record_size: 0 })
  } catch (error) {
    if (error instanceof CsvError) return undefined
    throw error
  }
}

/** The columns of a text that is one record; `undefined` where it is not one. */
export function parseRecord(text: string, delimiter: Delimiter): readonly string[] | undefined {
  if (!text.includes('"')) return text.split(delimiter)
  const records = parseRecords(text, delimiter)
  return records?.length === 1 ? records[0] : undefined
}
