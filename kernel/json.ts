/**
 * Reads JSON that a stranger sent. `JSON.parse` alone takes documents nested deeper than a reader's stack, keeps the last
 * of two fields of one name without a word (so that two programs read one document differently), rounds large whole numbers,
 * and gives texts that PostgreSQL cannot store.
 */
import { isUtf8 } from 'node:buffer'
import { Refusal } from './errors.ts'

export interface JsonLimits {
  /** Objects and lists within one another. */
  readonly depth: number
  /** Fields in the whole document. */
  readonly names: number
}

/** Far above what any form of ours needs, far below what costs a millisecond. */
export const jsonLimits: JsonLimits = { depth: 32, names: 20_000 }

/**
 * The value of a JSON text (RFC 8259) in UTF-8.
 *
 * @throws Refusal request.not_utf8, request.json_malformed, request.json_too_complex, request.json_duplicate_name, or
 * request.json_unsafe (U+0000 or half a surrogate pair in a text, a field named `__proto__`, a whole number beyond 2^53).
 */
export function parseJson(bytes: Buffer, limits: JsonLimits = jsonLimits): unknown {
  if (!isUtf8(bytes)) throw new Refusal('request.not_utf8')
  return parseJsonText(bytes.toString(), limits)
}

/** The same of a text that was read from UTF-8 already. */
export function parseJsonText(text: string, limits: JsonLimits = jsonLimits): unknown {
  const { names, hasEscapes } = measure(text, limits)
  const value = parse(text)
  // An object holds a name once; so where the text has more names than the value, it has one of them twice.
  if (countNames(value, hasEscapes) !== names) throw new Refusal('request.json_duplicate_name')
  return value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The cause is left out: its message quotes the text, which may be about a person.
    throw new Refusal('request.json_malformed')
  }
}

const QUOTE = 0x22
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const SMALL_U = 0x75
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Counts before anything is built: names (colons outside texts) and nesting. Says nothing about being well formed. */
function measure(text: string, limits: JsonLimits): { readonly names: number; readonly hasEscapes: boolean } {
  let depth = 0
  let names = 0
  let hasEscapes = false
  let isInText = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (isInText) {
      if (unit === QUOTE) isInText = false
      else if (unit === BACKSLASH) {
        at += 1
        if (text.charCodeAt(at) === SMALL_U) hasEscapes = true
      }
    } else if (unit === QUOTE) isInText = true
    else if (unit === COLON) names += 1
    else if (unit === OPEN_OBJECT || unit === OPEN_LIST) {
      depth += 1
      if (depth > limits.depth) refuseComplexity(limits)
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_LIST) depth -= 1
  }
  if (names > limits.names) refuseComplexity(limits)
  return { names, hasEscapes }
}

function refuseComplexity({ depth, names }: JsonLimits): never {
  throw new Refusal('request.json_too_complex', { depth, names })
}

/** Names in a parsed value; its depth is known to be bounded. Only `\u` escapes can have brought in unsafe texts. */
function countNames(value: unknown, hasEscapes: boolean): number {
  if (typeof value === 'string') {
    if (hasEscapes) checkText(value)
    return 0
  }
  if (typeof value === 'number') checkNumber(value)
  if (!isObject(value)) return 0
  let names = 0
  if (Array.isArray(value)) {
    for (const element of value) names += countNames(element, hasEscapes)
    return names
  }
  for (const name in value) {
    if (name === '__proto__') throw new Refusal('request.json_unsafe')
    if (hasEscapes) checkText(name)
    names += 1 + countNames(value[name], hasEscapes)
  }
  return names
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function checkText(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) throw new Refusal('request.json_unsafe')
}

/** A fraction is read to the nearest double, which is what JSON means by it; a whole number has to arrive as it is. */
function checkNumber(number: number): void {
  const isKept = Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number))
  if (!isKept) throw new Refusal('request.json_unsafe')
}
