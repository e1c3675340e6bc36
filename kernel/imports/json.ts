/**
 * JSON of strangers: everything `JSON.parse` accepts silently and should not is refused before it runs. Depth and
 * number of parts are bounded (JSON bombs), a name that occurs twice has no agreed meaning (RFC 8259, section 4),
 * `__proto__` changes what an object is, and a number that a double cannot hold would be changed without a word.
 */
import type { RowProblemCode } from './codes.ts'

export interface JsonLimits {
  /** Objects and lists within one another. */
  readonly maxDepth: number
  /** Names of objects and elements of lists, all together. */
  readonly maxParts: number
}

export const defaultJsonLimits: JsonLimits = { maxDepth: 32, maxParts: 10_000 }

export type JsonProblem = Extract<RowProblemCode, `import.json_${string}`>
export type JsonReading =
  | { readonly value: unknown }
  | { readonly problem: JsonProblem; readonly limit: number }

/** Reads one JSON text. Linear in its length; the caller bounds that. */
export function readJson(text: string, limits: JsonLimits = defaultJsonLimits): JsonReading {
  const problem = scan(text, limits)
  const limit = problem === 'import.json_too_deep' ? limits.maxDepth : limits.maxParts
  if (problem !== undefined) return { problem, limit }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'import.json_invalid', limit }
    throw error
  }
}

/** What is not white space or a letter of `true`, `false` and `null`: strings, numbers and punctuation. */
const lexeme = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\],:]/gsu
/** The names seen in an open object; `undefined` for an open list. */
type Open = Set<string> | undefined

/** Finds what a valid text must not have. An invalid text may pass; parsing finds that. */
function scan(text: string, { maxDepth, maxParts }: JsonLimits): JsonProblem | undefined {
  const open: Open[] = []
  let parts = 0
  let awaitsName = false
  for (const [token] of text.matchAll(lexeme)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined)
      if (open.length > maxDepth) return 'import.json_too_deep'
      awaitsName = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
      awaitsName = false
    } else if (token === ',') {
      awaitsName = open.at(-1) !== undefined
    } else if (token === ':') {
      awaitsName = false
    } else if (awaitsName) {
      const problem = judgeName(token, open.at(-1))
      if (problem !== undefined) return problem
    } else if (!token.startsWith('"') && !isExact(token)) {
      return 'import.json_number_unsafe'
    }
    // Each comma and each opening stands for one part; empty objects count too, or a bomb could be made of them.
    if (token === ',' || token === '{' || token === '[') parts += 1
    if (parts > maxParts) return 'import.json_too_many_keys'
  }
  return undefined
}

function judgeName(token: string, names: Open): JsonProblem | undefined {
  const name = token.includes('\\') ? decoded(token) : token.slice(1, -1)
  if (name === '__proto__') return 'import.json_forbidden_key'
  if (names?.has(name)) return 'import.json_duplicate_key'
  names?.add(name)
  return undefined
}

/** A name without its escapes; one that cannot be decoded makes the whole text invalid, which parsing then says. */
function decoded(token: string): string {
  try {
    return String(JSON.parse(token))
  } catch (error) {
    if (error instanceof SyntaxError) return token
    throw error
  }
}

/** Whole numbers up to 2^53 and every finite number with a fraction, whose nearest double is what JSON means. */
function isExact(token: string): boolean {
  const value = Number(token)
  if (Number.isNaN(value)) return true
  return Number.isInteger(value) && /^-?\d+$/.test(token)
    ? Number.isSafeInteger(value)
    : Number.isFinite(value)
}
