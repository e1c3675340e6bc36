import { ModelFormatError } from '../errors.ts'

/**
 * Reading of parsed JSON with the place named in every refusal. The engines stand without libraries, so no
 * schema package here.
 */
export type JsonRecord = Readonly<Record<string, unknown>>

/** An object with exactly these fields. */
export function readRecord(value: unknown, where: string, fields: readonly string[]): JsonRecord {
  if (!isRecord(value)) throw wrong(where, 'must be an object')
  for (const field of fields) if (!Object.hasOwn(value, field)) throw wrong(`${where}.${field}`, 'is missing')
  for (const field of Object.keys(value))
    if (!fields.includes(field)) throw wrong(`${where}.${field}`, 'is unknown')
  return value
}

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function readNumber(value: unknown, where: string, bound?: { least: number; most: number }): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(where, 'must be a finite number')
  if (bound !== undefined && (value < bound.least || value > bound.most)) {
    throw wrong(where, `must be from ${bound.least} to ${bound.most}`)
  }
  return value
}

export function readWhole(value: unknown, where: string, bound: { least: number; most: number }): number {
  const number = readNumber(value, where, bound)
  if (!Number.isInteger(number)) throw wrong(where, 'must be a whole number')
  return number
}

export function readText(value: unknown, where: string): string {
  if (typeof value !== 'string') throw wrong(where, 'must be a text')
  return value
}

/** A list read item by item; `length` when only one will do. */
export function readList<T>(
  value: unknown,
  where: string,
  of: { readonly item: (value: unknown, where: string) => T; readonly length?: number },
): T[] {
  if (!Array.isArray(value)) throw wrong(where, 'must be a list')
  if (of.length !== undefined && value.length !== of.length)
    throw wrong(where, `must have ${of.length} items`)
  return value.map((item: unknown, i) => of.item(item, `${where}[${i}]`))
}

export function wrong(where: string, what: string): ModelFormatError {
  return new ModelFormatError(`the model's ${where} ${what}`)
}
