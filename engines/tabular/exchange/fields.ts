import { isRecord, type JsonRecord, wrong } from '../model/json-reading.ts'

/** An object that has every field of `needed`, may have those of `allowed`, and has no other: a field that nobody here knows may change what the others mean. */
export function readFields(
  value: unknown,
  where: string,
  { needed, allowed = [] }: { readonly needed: readonly string[]; readonly allowed?: readonly string[] },
): JsonRecord {
  if (!isRecord(value)) throw wrong(where, 'must be an object')
  for (const field of needed) if (!Object.hasOwn(value, field)) throw wrong(`${where}.${field}`, 'is missing')
  for (const field of Object.keys(value))
    if (!needed.includes(field) && !allowed.includes(field)) throw wrong(`${where}.${field}`, 'is unknown')
  return value
}

/** A finite number written as a text, as parameters are. */
export function readNumberText(value: unknown, where: string): number {
  if (typeof value !== 'string' || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value))
    throw wrong(where, 'must be a number as a text')
  const number = Number(value)
  if (!Number.isFinite(number)) throw wrong(where, 'must be finite')
  return number
}
