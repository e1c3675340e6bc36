/**
 * JSON of strangers: what `JSON.parse` accepts silently and should not is refused. Depth and number of parts are bounded
 * (JSON bombs), a name that occurs twice has no agreed meaning (RFC 8259, section 4), `__proto__` changes what an object
 * is, and a whole number beyond 2^53 would be changed without a word.
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

/**
 * Reads one JSON text. Time and memory are linear in its length, which the caller bounds; the parser of the engine
 * does not recurse, so depth costs it nothing.
 */
export function readJson(text: string, limits: JsonLimits = defaultJsonLimits): JsonReading {
  const refuse = (problem: JsonProblem): JsonReading => ({
    problem,
    limit: problem === 'import.json_too_deep' ? limits.maxDepth : limits.maxParts,
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return refuse('import.json_invalid')
    throw error
  }
  const seen = { names: 0, parts: 0 }
  const problem = judge(value, { limits, seen, depth: 0 })
  if (problem !== undefined) return refuse(problem)
  // Of a name that occurs twice the parser keeps one, so the text has more names than the value. The written form of
  // the name does not matter: an escaped letter is the same letter.
  return countNames(text, seen.names) > seen.names ? refuse('import.json_duplicate_key') : { value }
}

interface Visit {
  readonly limits: JsonLimits
  readonly seen: { names: number; parts: number }
  readonly depth: number
}

function judge(value: unknown, visit: Visit): JsonProblem | undefined {
  if (typeof value === 'number') return isKept(value) ? undefined : 'import.json_number_unsafe'
  if (typeof value !== 'object' || value === null) return undefined
  const { limits, seen } = visit
  const within = { limits, seen, depth: visit.depth + 1 }
  if (within.depth > limits.maxDepth) return 'import.json_too_deep'
  const names = Array.isArray(value) ? undefined : Object.keys(value)
  const parts: readonly unknown[] = Array.isArray(value) ? value : Object.values(value)
  seen.names += names?.length ?? 0
  seen.parts += parts.length
  if (seen.parts > limits.maxParts) return 'import.json_too_many_keys'
  if (names?.includes('__proto__')) return 'import.json_forbidden_key'
  for (const part of parts) {
    const problem = judge(part, within)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Fractions are read to the nearest double, which is what JSON means; whole numbers have to arrive as they are. */
function isKept(value: number): boolean {
  return Number.isSafeInteger(value) || (Number.isFinite(value) && !Number.isInteger(value))
}

const nameOrText = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/gs

/** Names in a text that is valid JSON; where colons stand between names and values only, they are counted instead. */
function countNames(text: string, expected: number): number {
  let colons = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) colons += 1
  if (colons === expected) return colons
  let names = 0
  for (const [, colon] of text.matchAll(nameOrText)) if (colon !== undefined) names += 1
  return names
}
