/**
 * From the wire to fields.
 *
 * | PostgreSQL | field |
 * |---|---|
 * | boolean | boolean |
 * | smallint, integer, real, double precision | number |
 * | bigint, numeric | number where declared as one (outside 2^53 is an error), bigint where declared so, else string |
 * | date | `YYYY-MM-DD` |
 * | timestamptz | Date (milliseconds; the rest is cut) |
 * | bytea | Uint8Array |
 * | json, jsonb | the exact text where declared as string, else parsed |
 * | arrays | of the same |
 * | all else | string |
 *
 * A null becomes null; where the field is declared optional, the field is absent.
 */
import pg from 'pg'
import type { z } from 'zod'

/** A column as the server describes it. */
export interface ReceivedField {
  readonly name: string
  readonly dataTypeID: number
}

/** The simplest word for what a field's schema accepts. */
export type FieldKind = 'string' | 'number' | 'bigint' | 'boolean' | 'date' | 'bytes' | 'array' | 'other'

type Decode = (text: string) => unknown
type Wire = readonly (string | null)[]

/** Type numbers that PostgreSQL fixes for ever (pg_type.dat). */
export const oid = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  oid: 26,
  json: 114,
  float4: 700,
  float8: 701,
  varchar: 1043,
  date: 1082,
  timestamptz: 1184,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const

/** Array types and their elements. */
export const elementOf: ReadonlyMap<number, number> = new Map([
  [1000, oid.bool],
  [1001, oid.bytea],
  [1016, oid.int8],
  [1005, oid.int2],
  [1007, oid.int4],
  [1009, oid.text],
  [199, oid.json],
  [1021, oid.float4],
  [1022, oid.float8],
  [1015, oid.varchar],
  [1182, oid.date],
  [1185, oid.timestamptz],
  [1231, oid.numeric],
  [2951, oid.uuid],
  [3807, oid.jsonb],
])

/** `openedAt` → `opened_at`, the only way in which the two spellings meet. */
export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** Makes the function that turns received rows into parsed ones; what it learns of the columns it keeps. */
export function decoderOf<R extends z.ZodObject>(
  row: R,
  { name, isTrusted }: { readonly name: string; readonly isTrusted: boolean },
): (fields: readonly ReceivedField[], values: readonly Wire[]) => z.output<R>[] {
  let known: { readonly types: string; readonly build: (wire: Wire) => Record<string, unknown> } | undefined
  return (fields, values) => {
    if (values.length === 0) return []
    const types = fields.map((field) => `${field.name} ${field.dataTypeID}`).join()
    // A migration while we run may change a column; the text of the statement alone does not tell.
    if (known?.types !== types) known = { types, build: rowBuilder(row, fields, name) }
    const { build } = known
    if (!isTrusted) return values.map((wire) => row.parse(build(wire)))
    return values.map((wire) => {
      const built = build(wire)
      if (!isRowOf(row, built)) throw new Error(`statement ${name} gave no row`)
      return built
    })
  }
}

/** Tells the compiler what the query test proves; costs nothing. */
function isRowOf<R extends z.ZodObject>(_row: R, value: unknown): value is z.output<R> {
  return typeof value === 'object'
}

function rowBuilder(
  row: z.ZodObject,
  fields: readonly ReceivedField[],
  name: string,
): (wire: Wire) => Record<string, unknown> {
  const wanted = new Map(
    Object.entries(row.shape).map(([field, schema]) => [columnOf(field), { field, schema }]),
  )
  const columns = fields.map((received, index) => {
    const found = wanted.get(received.name)
    if (found === undefined)
      throw new Error(`statement ${name}: column ${received.name} is not in the row's schema`)
    wanted.delete(received.name)
    const { kind, isOptional, element } = kindOf(found.schema)
    return { index, field: found.field, isOptional, decode: decodeFor(received.dataTypeID, kind, element) }
  })
  if (wanted.size > 0) throw new Error(`statement ${name}: no column for ${[...wanted.keys()].join(', ')}`)

  return (wire) => {
    const built: Record<string, unknown> = {}
    for (const { index, field, isOptional, decode } of columns) {
      const text = wire[index]
      if (text === null || text === undefined) {
        if (!isOptional) built[field] = null
      } else built[field] = decode(text)
    }
    return built
  }
}

interface Kind {
  readonly kind: FieldKind
  readonly isNullable: boolean
  readonly isOptional: boolean
  /** Of an array's elements. */
  readonly element: FieldKind
}

/** Looks through wrappers (nullable, optional, brand, pipe) at what a schema takes in. */
export function kindOf(schema: z.core.$ZodType): Kind {
  let isNullable = false
  let isOptional = false
  let inner = schema
  for (;;) {
    const { def } = inner._zod
    if (def.type === 'nullable') isNullable = true
    if (def.type === 'optional') isOptional = true
    const next = wrapped(def)
    if (next === undefined)
      return { kind: plainKind(inner), isNullable, isOptional, element: elementKind(inner) }
    inner = next
  }
}

function wrapped(def: z.core.$ZodTypeDef): z.core.$ZodType | undefined {
  if ('innerType' in def && isSchema(def.innerType)) return def.innerType
  if (def.type === 'pipe' && 'in' in def && isSchema(def.in)) return def.in
  return undefined
}

function elementKind(schema: z.core.$ZodType): FieldKind {
  const { def } = schema._zod
  return 'element' in def && isSchema(def.element) ? kindOf(def.element).kind : 'other'
}

function isSchema(value: unknown): value is z.core.$ZodType {
  return typeof value === 'object' && value !== null && '_zod' in value
}

function plainKind(schema: z.core.$ZodType): FieldKind {
  const { def } = schema._zod
  switch (def.type) {
    case 'string':
    case 'enum':
    case 'template_literal':
      return 'string'
    case 'literal':
      return 'values' in def &&
        Array.isArray(def.values) &&
        def.values.every((one) => typeof one === 'string')
        ? 'string'
        : 'other'
    case 'number':
    case 'int':
      return 'number'
    case 'bigint':
    case 'boolean':
    case 'date':
    case 'array':
      return def.type
    case 'custom':
      return 'bytes'
    default:
      return 'other'
  }
}

function decodeFor(type: number, kind: FieldKind, element: FieldKind): Decode {
  const elementType = elementOf.get(type)
  if (elementType !== undefined) {
    const decodeElement = decodeFor(elementType, element, 'other')
    return (text) => splitArray(text).map((one) => (one === null ? null : decodeElement(one)))
  }
  switch (type) {
    case oid.bool:
      return (text) => text === 't'
    case oid.int2:
    case oid.int4:
    case oid.oid:
    case oid.float4:
    case oid.float8:
      return Number
    case oid.int8:
    case oid.numeric:
      return kind === 'bigint' ? BigInt : kind === 'number' ? exactNumber : asText
    case oid.timestamptz:
      return instant
    case oid.bytea:
      return bytes
    case oid.json:
    case oid.jsonb:
      return kind === 'string' ? asText : (text) => JSON.parse(text)
    default:
      return asText
  }
}

const asText: Decode = (text) => text

function exactNumber(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new Error(`${text} does not fit a number; declare a bigint`)
  return value
}

/** `2026-11-24 06:13:14.242+00`: connections set the time zone UTC and the style ISO. */
function instant(text: string): Date {
  const value = new Date(`${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, 'Z')}`)
  if (Number.isNaN(value.getTime())) throw new Error(`${text} is not an instant that a Date can hold`)
  return value
}

/** `\x00ff`: connections set the output form hex. */
function bytes(text: string): Uint8Array {
  return Buffer.from(text.slice(2), 'hex')
}

/** `text[]`: its literal has the same form as that of every other array. */
const TEXT_ARRAY: number = 1009
const parseTextArray: (literal: string) => unknown = pg.types.getTypeParser(TEXT_ARRAY)

function splitArray(literal: string): (string | null)[] {
  const parts: unknown = parseTextArray(literal)
  if (!Array.isArray(parts)) throw new Error('not an array')
  return parts.map((one) => (one === null ? null : String(one)))
}
