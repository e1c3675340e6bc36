/** Newline-delimited JSON as a stream of records: one object a line, batches with back-pressure, bounded memory. */
import { type FieldProblem, Refusal } from '../errors.ts'
import { type JsonLimits, jsonLimits, parseJsonText } from '../json.ts'
import { type ByteSource, plainBytes } from './bytes.ts'
import { rowProblem } from './codes.ts'
import { decode } from './decode.ts'
import { type Line, splitLines } from './lines.ts'

/** One line that is not empty. `raw` is its text, shortened where the line is longer than the limit. */
export type JsonRecord =
  | { readonly line: number; readonly raw: string; readonly value: object }
  | { readonly line: number; readonly raw: string; readonly problems: readonly FieldProblem[] }

export interface NdjsonOptions extends Partial<JsonLimits> {
  /** Characters of one line; 1,048,576 by default. */
  readonly maxLineLength?: number
  /** Records of a batch, 512 by default; a batch also ends after as many characters as one line may have. */
  readonly batchSize?: number
}

/**
 * Reads UTF-8 NDJSON, plain or gzip. An empty source gives no records. Every line that is not empty is one record, read
 * or refused.
 *
 * @throws {Refusal} `import.encoding_wrong`, `import.encoding_mismatch`, `import.gzip_damaged`, `import.gzip_excessive`,
 *   `import.file_not_text`
 */
export async function* readNdjson(
  source: ByteSource,
  options: NdjsonOptions = {},
): AsyncGenerator<readonly JsonRecord[], void, undefined> {
  const maxLength = options.maxLineLength ?? 1_048_576
  const limits = { ...jsonLimits, ...options, maxLength }
  const isFull = (size: number, length: number) => size >= (options.batchSize ?? 512) || length >= maxLength
  let batch: JsonRecord[] = []
  let characters = 0
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const lines of splitLines(decode(plainBytes(source), 'utf-8'), { maxLength, kept: 4096 })) {
      for (const line of lines) {
        if (line.text === '') continue
        batch.push(readLine(line, limits))
        characters += line.text.length
        if (!isFull(batch.length, characters)) continue
        yield batch
        batch = []
        characters = 0
      }
    }
  } catch (error) {
    // A source that fails half-way has given whole lines before that; they are given first.
    failure = { error }
  }
  if (batch.length > 0) yield batch
  if (failure !== undefined) throw failure.error
}

function readLine(line: Line, limits: JsonLimits & { readonly maxLength: number }): JsonRecord {
  const { number, text, cut } = line
  const refuse = (problem: FieldProblem): JsonRecord => ({ line: number, raw: text, problems: [problem] })
  if (cut !== undefined) return refuse(rowProblem('', 'import.line_too_long', { limit: limits.maxLength }))
  const value = tryParse(text, limits)
  if (value instanceof Refusal) return refuse(problemOf(value))
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse(rowProblem('', 'import.json_not_object'))
  return { line: number, raw: text, value }
}

function tryParse(text: string, limits: JsonLimits): unknown {
  try {
    return parseJsonText(text, limits)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
}

/** What would refuse a whole request refuses one line here. */
function problemOf(refusal: Refusal): FieldProblem {
  return { field: '', code: refusal.code, message: { en: refusal.title('en'), ur: refusal.title('ur') } }
}
