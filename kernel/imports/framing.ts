/**
 * Physical lines into records of a CSV file (RFC 4180), and the way back onto the rails after broken quotes.
 *
 * A record is a run of lines whose quotation marks are even in number; that is exact for every well-formed file. Where
 * quotes are broken, the record's first line is refused and reading goes on at the next line that by itself is a whole
 * record of the header's width. Where no such line follows soon, nobody can say which quotes open and which close:
 * reading stops.
 *
 * Every line belongs to exactly one record (empty lines to none), so accepted and refused records make up the file.
 */
import type { FieldProblem } from '../errors.ts'
import { rowProblem } from './codes.ts'
import { parseRecord, parseRecords } from './grammar.ts'
import { detached, hasOddQuotes, type Line } from './lines.ts'
import type { Delimiter } from './mapping.ts'

/** One record. `line` is the first physical line, `raw` its text without the last line end. */
export type CsvRecord =
  | { readonly line: number; readonly raw: string; readonly fields: readonly string[] }
  | {
      readonly line: number
      readonly raw: string
      readonly problems: readonly FieldProblem[]
      /** Present where the columns could be told apart and only a value was refused. */
      readonly fields?: readonly string[]
    }

export interface Frame {
  readonly delimiter: Delimiter
  /** Names of the columns, which give every record's width. */
  readonly header: readonly string[]
  /** Most characters of one record; longer ones are refused and not held. */
  readonly maxRecordLength: number
  readonly maxFieldLength: number
  /** How much of a record that is too long is kept. */
  readonly kept: number
}

/** Lines that may be refused together before reading stops. */
const maxLost = 16
/** With one or two columns any line of prose looks like a record, so a line proves nothing. */
const leastTellingWidth = 3

interface Pending {
  readonly line: number
  readonly raw: string
  readonly fields?: readonly string[] | undefined
  readonly problem?: FieldProblem | undefined
}

/** The state of reading one file: which record is open, and whether the quotes can still be trusted. */
export class Framing {
  readonly #frame: Frame
  #pending: Pending[] = []
  #characters = 0
  /** Lines of a record whose quotes are still open. */
  #open: Line[] = []
  #openLength = 0
  /** Lines since broken quotes, until one stands alone. */
  #lost: Line[] = []
  /** A record too long to hold goes by until its quotes close. */
  #skipped: Pending | undefined
  #brokenAt: number | undefined

  constructor(frame: Frame) {
    this.#frame = frame
  }

  /** First line of the record whose quotes left no safe place to go on. Once set, no more lines may be given. */
  get brokenAt(): number | undefined {
    return this.#brokenAt
  }

  /** Number and characters of the records that `take` would give. */
  get held(): { readonly records: number; readonly characters: number } {
    return { records: this.#pending.length, characters: this.#characters }
  }

  /** Takes the next line. */
  accept(line: Line): void {
    if (this.#skipped !== undefined) {
      this.#skip(line, this.#skipped)
      return
    }
    if (this.#lost.length > 0) {
      if (!this.#standsAlone(line)) {
        this.#lose(line)
        return
      }
      this.#refuseLost()
    }
    if (this.#open.length > 0) this.#extend(line)
    else this.#begin(line)
  }

  /** There are no more lines. */
  finish(): void {
    while (this.#open.length > 0 && this.#brokenAt === undefined) {
      const lines = this.#open
      this.#open = []
      this.#recover(lines)
    }
    this.#refuseLost()
    if (this.#skipped === undefined) return
    // What went by under the open quote was not kept, so it cannot be given back as refused rows.
    this.#brokenAt = this.#skipped.line
    this.#push(this.#skipped)
    this.#skipped = undefined
  }

  /** The records that are complete, and forgets them. */
  take(): readonly CsvRecord[] {
    const records = settle(this.#pending, this.#frame)
    this.#pending = []
    this.#characters = 0
    return records
  }

  #push(record: Pending): void {
    this.#pending.push(record)
    this.#characters += record.raw.length
  }

  #begin(line: Line): void {
    const { number, text, cut } = line
    if (cut !== undefined) {
      const record = this.#tooLong(number, text)
      if (cut.hasOddQuotes) this.#skipped = record
      else this.#push(record)
    } else if (!text.includes('"')) {
      if (text !== '') this.#push({ line: number, raw: text, fields: text.split(this.#frame.delimiter) })
    } else if (hasOddQuotes(text)) {
      this.#open = [line]
      this.#openLength = text.length
    } else this.#push({ line: number, raw: text })
  }

  #extend(line: Line): void {
    this.#open.push(line)
    this.#openLength += line.text.length + line.end.length
    const isClosed = closes(line)
    const isTooLong = line.cut !== undefined || this.#openLength > this.#frame.maxRecordLength
    if (!isTooLong && !isClosed) return
    const lines = this.#open
    this.#open = []
    if (isTooLong) this.#overflow(lines, isClosed)
    else this.#close(lines)
  }

  #close(lines: readonly Line[]): void {
    const record = { line: lines[0]?.number ?? 0, raw: rawOf(lines) }
    if (record.raw.includes('\0')) {
      this.#push(record)
      return
    }
    const fields = parseRecord(record.raw, this.#frame.delimiter)
    const isWhole = fields?.length === this.#frame.header.length
    // Of the wrong width, and its second line is a record of its own: a quote was opened and never closed.
    if (fields === undefined || (!isWhole && this.#standsAlone(lines[1]))) this.#recover(lines)
    else this.#push({ ...record, fields })
  }

  #overflow(lines: readonly Line[], isClosed: boolean): void {
    if (this.#standsAlone(lines[1])) {
      this.#recover(lines)
      return
    }
    const record = this.#tooLong(lines[0]?.number ?? 0, rawOf(lines))
    if (isClosed) this.#push(record)
    else this.#skipped = record
  }

  #skip(line: Line, record: Pending): void {
    if (!closes(line)) return
    this.#push(record)
    this.#skipped = undefined
  }

  #tooLong(line: number, raw: string): Pending {
    const { kept, maxRecordLength } = this.#frame
    const problem = rowProblem('', 'import.record_too_long', { limit: maxRecordLength })
    return { line, raw: detached(raw.slice(0, kept)), problem }
  }

  /** Gives the first of these lines up and reads the others again. */
  #recover([first, ...others]: readonly Line[]): void {
    if (first === undefined) return
    this.#lost.push(first)
    for (const line of others) if (this.#brokenAt === undefined) this.accept(line)
  }

  #standsAlone(line: Line | undefined): boolean {
    const { delimiter, header } = this.#frame
    return (
      line !== undefined &&
      line.cut === undefined &&
      header.length >= leastTellingWidth &&
      !line.text.includes('\0') &&
      !hasOddQuotes(line.text) &&
      parseRecord(line.text, delimiter)?.length === header.length
    )
  }

  #lose(line: Line): void {
    this.#lost.push(line)
    if (this.#lost.length <= maxLost) return
    this.#brokenAt = this.#lost[0]?.number
    this.#refuseLost()
  }

  #refuseLost(): void {
    const [first] = this.#lost
    if (first === undefined) return
    this.#push({
      line: first.number,
      raw: rawOf(this.#lost),
      problem: rowProblem('', 'import.quotes_broken'),
    })
    this.#lost = []
  }
}

/** Whether a line turns an open quote into a closed one, or the other way round. */
function closes({ cut, text }: Line): boolean {
  return cut?.hasOddQuotes ?? hasOddQuotes(text)
}

function rawOf(lines: readonly Line[]): string {
  return lines.map(({ text, end }, index) => (index === lines.length - 1 ? text : text + end)).join('')
}

/** Parses all single-line records with quotes in one call; only where that fails, one by one to find the broken ones. */
function settle(pending: readonly Pending[], frame: Frame): readonly CsvRecord[] {
  const quoted = pending.filter(isUnread)
  const together =
    quoted.length > 0 ? parseRecords(quoted.map(({ raw }) => raw).join('\n'), frame.delimiter) : []
  const isWhole = together?.length === quoted.length
  let next = 0
  return pending.map((record) => {
    if (!isUnread(record)) return judge(record, record.fields, frame)
    const fields = isWhole ? together[next] : parseRecord(record.raw, frame.delimiter)
    next += 1
    return judge(record, fields, frame)
  })
}

function isUnread({ fields, problem, raw }: Pending): boolean {
  return fields === undefined && problem === undefined && !raw.includes('\0')
}

function judge(record: Pending, fields: readonly string[] | undefined, frame: Frame): CsvRecord {
  const { line, raw } = record
  const { header, maxFieldLength } = frame
  const refuse = (problem: FieldProblem): CsvRecord => ({ line, raw, problems: [problem] })
  if (record.problem !== undefined) return refuse(record.problem)
  if (raw.includes('\0')) return refuse(rowProblem('', 'import.nul'))
  if (fields === undefined) return refuse(rowProblem('', 'import.quotes_broken'))
  if (fields.length !== header.length) {
    return refuse(rowProblem('', 'import.column_count', { found: fields.length, expected: header.length }))
  }
  if (raw.length > maxFieldLength) {
    const problems = header
      .filter((_, index) => (fields[index]?.length ?? 0) > maxFieldLength)
      .map((column) => rowProblem(column, 'import.field_too_long', { limit: maxFieldLength }))
    if (problems.length > 0) return { line, raw, fields, problems }
  }
  return { line, raw, fields }
}
