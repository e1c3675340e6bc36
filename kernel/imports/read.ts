/**
 * A foreign file through its mapping: bytes in, cases with their outcomes out, in batches.
 *
 * Every record of the file comes out once, accepted or refused; a refused one carries what the refused-rows file needs.
 */
import type { ByteSource } from './bytes.ts'
import { compileMapping } from './compile.ts'
import { type CsvOptions, type CsvTally, openCsv } from './csv.ts'
import type { CsvRecord } from './framing.ts'
import { type Delimiter, type Mapping, requiredColumns } from './mapping.ts'
import type { RefusedRow } from './refused.ts'

export interface AcceptedRow {
  /** First physical line of the record, from 1. */
  readonly line: number
  readonly raw: string
  /** The values by column, for the refused-rows file should the application's schema refuse the case. */
  readonly fields: readonly string[]
  /** Plain JSON, yet to pass the application's case schema. */
  readonly case: unknown
  /** Likewise; `undefined` where the row has no outcome. */
  readonly outcome: unknown
}

export type ImportedRow = AcceptedRow | RefusedRow

export interface ImportReading {
  readonly header: readonly string[]
  readonly delimiter: Delimiter
  /** To be iterated once. May throw a `Refusal` after the rows before the place it is about. */
  readonly batches: AsyncIterable<readonly ImportedRow[]>
  /** What the file held so far; `refused` counts rows whose columns could not be read, not those the mapping refused. */
  tally(): CsvTally
  /** Lets the source go where `batches` is not read to its end. */
  close(): Promise<void>
}

export type ImportLimits = Pick<CsvOptions, 'maxFieldLength' | 'maxRecordLength' | 'batchSize'>

export function isRefused(row: ImportedRow): row is RefusedRow {
  return 'problems' in row
}

/**
 * Opens a file and reads its header.
 *
 * @throws {Refusal} those of `openCsv` and of `compileMapping`
 */
export async function openImport(
  source: ByteSource,
  mapping: Mapping,
  limits: ImportLimits = {},
): Promise<ImportReading> {
  const { delimiter, encoding } = mapping.format
  const reading = await openCsv(source, { ...limits, delimiter, encoding, columns: requiredColumns(mapping) })
  try {
    const map = compileMapping(mapping, reading.header)
    const mapRecord = (record: CsvRecord): ImportedRow => {
      if ('problems' in record) return record
      const mapped = map(record.fields)
      return { ...record, ...mapped }
    }
    const batches = async function* () {
      for await (const batch of reading.batches) yield batch.map(mapRecord)
    }
    return { ...reading, batches: batches() }
  } catch (error) {
    await reading.close()
    throw error
  }
}
