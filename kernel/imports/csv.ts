/**
 * A CSV file as a stream of records: bytes in, batches of records out, with back-pressure and bounded memory.
 *
 * Every record is either readable (its columns could be told apart and are as many as the header's) or refused with a
 * problem; the two together are all records of the file. What is wrong with the file as a whole ends the reading with a
 * `Refusal`, after the records before that place were given.
 */
import { Refusal } from '../errors.ts'
import { type ByteSource, plainBytes } from './bytes.ts'
import { decode } from './decode.ts'
import { type CsvRecord, Framing } from './framing.ts'
import { isRefusalColumn, readHeader } from './header.ts'
import { hasOddQuotes, type Line, splitLines } from './lines.ts'
import type { Delimiter, Encoding } from './mapping.ts'
import { restore } from './neutralise.ts'

export interface CsvOptions {
  readonly delimiter: Delimiter | 'auto-refuse'
  readonly encoding: Encoding
  /** Columns the header must have. */
  readonly columns: readonly string[]
  /** Characters of one value; 65,536 by default. */
  readonly maxFieldLength?: number
  /** Characters of one record, 1,048,576 by default. What is longer is not held in memory. */
  readonly maxRecordLength?: number
  /** Records of a batch, 512 by default; a batch also ends after as many characters as one record may have. */
  readonly batchSize?: number
}

/** What was read so far. `records` counts refused ones too; empty lines belong to no record. */
export interface CsvTally {
  readonly lines: number
  readonly records: number
  readonly refused: number
  readonly emptyLines: number
  readonly lineEnds: { readonly lf: number; readonly crlf: number; readonly cr: number }
}

export interface CsvReading {
  /** Names of the columns, without those of a refused-rows file. */
  readonly header: readonly string[]
  readonly delimiter: Delimiter
  /** To be iterated once. */
  readonly batches: AsyncIterable<readonly CsvRecord[]>
  tally(): CsvTally
  /** Lets the source go where `batches` is not read to its end. */
  close(): Promise<void>
}

const keptOfTooLong = 4096

/**
 * Reads the header and stands ready to read the records.
 *
 * @throws {Refusal} `import.file_empty`, `import.file_not_text`, `import.gzip_damaged`, `import.encoding_wrong`,
 *   `import.encoding_mismatch` and those of `readHeader`; while the batches are read also `import.quotes_broken`
 */
export async function openCsv(source: ByteSource, options: CsvOptions): Promise<CsvReading> {
  const maxRecordLength = options.maxRecordLength ?? 1_048_576
  const chunks = decode(plainBytes(source), options.encoding)
  const lines = splitLines(chunks, { maxLength: maxRecordLength, kept: keptOfTooLong })
  const count = createCount()
  try {
    const first = await takeHeader(lines, { count, encoding: options.encoding })
    const { columns, delimiter } = readHeader(first.text, { ...options, line: first.line })
    const framing = new Framing({
      delimiter,
      header: columns,
      maxRecordLength,
      maxFieldLength: options.maxFieldLength ?? 65_536,
      kept: keptOfTooLong,
    })
    const limits = { records: options.batchSize ?? 512, characters: maxRecordLength }
    return {
      header: columns.filter((column) => !isRefusalColumn(column)),
      delimiter,
      batches: readBatches({ framing, count, limits, first: first.rest, lines, mend: mending(columns) }),
      tally: count.tally,
      close: async () => {
        await lines.return()
      },
    }
  } catch (error) {
    await lines.return()
    throw error
  }
}

type Lines = AsyncGenerator<readonly Line[], void, undefined>

/** The first record that is not empty, and the lines that came with it. */
async function takeHeader(
  lines: Lines,
  { count, encoding }: { readonly count: Count; readonly encoding: Encoding },
): Promise<{ readonly text: string; readonly line: number; readonly rest: readonly Line[] }> {
  const gathered: Line[] = []
  let isOpen = false
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    for (const [index, line] of next.value.entries()) {
      count.line(line)
      if (line.text === '' && gathered.length === 0) continue
      gathered.push(line)
      if (line.text.includes('\0')) refuseBinary(line.text, encoding)
      if (line.cut !== undefined) throw new Refusal('import.header_broken', { line: line.number })
      isOpen = isOpen !== hasOddQuotes(line.text)
      if (isOpen) continue
      const text = gathered
        .map(({ text, end }) => text + end)
        .join('')
        .trimEnd()
      return { text, line: gathered[0]?.number ?? 1, rest: next.value.slice(index + 1) }
    }
  }
  const [first] = gathered
  if (first === undefined) throw new Refusal('import.file_empty')
  throw new Refusal('import.header_broken', { line: first.number })
}

/** A NUL at every second place is UTF-16 without its mark, read as an encoding of single bytes. */
function refuseBinary(text: string, declared: Encoding): never {
  if (/^(?:[^\0]\0){4}/.test(text))
    throw new Refusal('import.encoding_mismatch', { declared, seems: 'utf-16le' })
  if (/^(?:\0[^\0]){4}/.test(text))
    throw new Refusal('import.encoding_mismatch', { declared, seems: 'utf-16be' })
  throw new Refusal('import.file_not_text')
}

interface Reading {
  readonly framing: Framing
  readonly count: Count
  readonly limits: { readonly records: number; readonly characters: number }
  /** Lines that were read with the header. */
  readonly first: readonly Line[]
  readonly lines: Lines
  readonly mend: (record: CsvRecord) => CsvRecord
}

async function* readBatches(reading: Reading): AsyncGenerator<readonly CsvRecord[], void, undefined> {
  const { framing, count, lines, limits, mend } = reading
  const take = () => {
    const batch = framing.take()
    count.batch(batch)
    return batch.map(mend)
  }
  const isFull = () => {
    const { held } = framing
    return held.records >= limits.records || held.characters >= limits.characters
  }
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const some of following(reading.first, lines)) {
      for (const line of some) {
        if (framing.brokenAt !== undefined) break
        count.line(line)
        framing.accept(line)
        if (isFull()) yield take()
      }
      if (framing.brokenAt !== undefined) break
    }
  } catch (error) {
    // A source that fails half-way has given whole records before that; they are given first.
    failure = { error }
  }
  if (failure === undefined && framing.brokenAt === undefined) framing.finish()
  if (framing.held.records > 0) yield take()
  if (failure !== undefined) throw failure.error
  if (framing.brokenAt !== undefined) throw new Refusal('import.quotes_broken', { line: framing.brokenAt })
}

async function* following(first: readonly Line[], lines: Lines): Lines {
  yield first
  yield* lines
}

/** For a refused-rows file that comes back: without its added columns, formulas as they were. */
function mending(columns: readonly string[]): (record: CsvRecord) => CsvRecord {
  if (!columns.some(isRefusalColumn)) return (record) => record
  const own = columns.map((column) => !isRefusalColumn(column))
  return (record) => {
    if (record.fields === undefined) return record
    return { ...record, fields: record.fields.filter((_, index) => own[index]).map(restore) }
  }
}

interface Count {
  line(line: Line): void
  batch(records: readonly CsvRecord[]): void
  tally(): CsvTally
}

function createCount(): Count {
  const sum = { lines: 0, records: 0, refused: 0, emptyLines: 0 }
  const lineEnds = { lf: 0, crlf: 0, cr: 0 }
  return {
    line: ({ text, end }) => {
      sum.lines += 1
      if (text === '') sum.emptyLines += 1
      if (end === '\n') lineEnds.lf += 1
      else if (end === '\r\n') lineEnds.crlf += 1
      else if (end === '\r') lineEnds.cr += 1
    },
    batch: (records) => {
      sum.records += records.length
      for (const record of records) if ('problems' in record) sum.refused += 1
    },
    tally: () => ({ ...sum, lineEnds: { ...lineEnds } }),
  }
}
