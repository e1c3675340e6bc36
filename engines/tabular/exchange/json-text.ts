import { ModelFormatError } from '../errors.ts'

/** No file of trees is nested deeper than about ten; what is, was made to exhaust the stack. */
const MOST_DEPTH = 32

/**
 * Parses JSON as XGBoost writes it: RFC 8259 and, for numbers, also `NaN`, `Infinity` and `-Infinity`, which `JSON.parse`
 * refuses. A repeated field is refused here and kept silently there.
 *
 * @throws ModelFormatError naming the position of the first character that cannot stand where it does.
 */
export function parseJsonText(text: string): unknown {
  const reader: TextReader = { text, at: 0 }
  const value = readValue(reader, 0)
  skipSpace(reader)
  if (reader.at !== text.length) throw unexpected(reader)
  return value
}

interface TextReader {
  readonly text: string
  at: number
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const LITERALS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]

function readValue(reader: TextReader, depth: number): unknown {
  if (depth > MOST_DEPTH) throw new ModelFormatError(`the JSON is nested deeper than ${MOST_DEPTH}`)
  skipSpace(reader)
  const first = reader.text[reader.at]
  if (first === '{') return readObject(reader, depth)
  if (first === '[') return readArray(reader, depth)
  if (first === '"') return readString(reader)
  for (const [word, value] of LITERALS) {
    if (first !== word[0] || !reader.text.startsWith(word, reader.at)) continue
    reader.at += word.length
    return value
  }
  NUMBER.lastIndex = reader.at
  const number = NUMBER.exec(reader.text)?.[0]
  if (number === undefined) throw unexpected(reader)
  reader.at += number.length
  return Number(number)
}

function readObject(reader: TextReader, depth: number): Readonly<Record<string, unknown>> {
  const entries = new Map<string, unknown>()
  reader.at++
  for (let isFirst = true; !closes(reader, '}', isFirst); isFirst = false) {
    skipSpace(reader)
    if (reader.text[reader.at] !== '"') throw unexpected(reader)
    const key = readString(reader)
    if (entries.has(key)) throw new ModelFormatError(`the JSON repeats a field before position ${reader.at}`)
    skipSpace(reader)
    if (reader.text[reader.at] !== ':') throw unexpected(reader)
    reader.at++
    entries.set(key, readValue(reader, depth + 1))
  }
  return Object.fromEntries(entries)
}

function readArray(reader: TextReader, depth: number): readonly unknown[] {
  const items: unknown[] = []
  reader.at++
  for (let isFirst = true; !closes(reader, ']', isFirst); isFirst = false)
    items.push(readValue(reader, depth + 1))
  return items
}

/** Steps over the end of a list or object, or over the comma before its next item. */
function closes(reader: TextReader, end: string, isFirst: boolean): boolean {
  skipSpace(reader)
  const next = reader.text[reader.at]
  if (next === end || (next === ',' && !isFirst)) reader.at++
  else if (!isFirst) throw unexpected(reader)
  return next === end
}

function readString(reader: TextReader): string {
  let end = reader.at + 1
  while (reader.text[end] !== '"' && end < reader.text.length) end += reader.text[end] === '\\' ? 2 : 1
  const quoted = reader.text.slice(reader.at, end + 1)
  try {
    const text: unknown = JSON.parse(quoted)
    if (typeof text !== 'string') throw unexpected(reader)
    reader.at = end + 1
    return text
  } catch {
    throw unexpected(reader)
  }
}

function skipSpace(reader: TextReader): void {
  while (' \n\r\t'.includes(reader.text[reader.at] ?? 'end')) reader.at++
}

function unexpected({ text, at }: TextReader): ModelFormatError {
  return new ModelFormatError(
    at >= text.length ? 'the JSON is cut short' : `the JSON is wrong at position ${at}`,
  )
}
