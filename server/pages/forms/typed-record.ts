/** Between what was typed into a form and what is recorded. What cannot be read is passed on as typed: the schema refuses it. */
import { asciiDigits, type FieldKind, findMinorUnits } from '@khudi/sdk'
import { times, toNumber, wholeOf } from '../../../kernel/imports/numbers.ts'
import { timeZone } from '../text/format.ts'
import { isRecord } from '../text/values.ts'
import { readTyped, writeDecimal } from './decimal.ts'
import { type Draft, entryCount } from './draft.ts'
import type { FieldNode } from './fields.ts'

/** The JSON form of a record, without the fields that were left empty. */
export function recordOf(fields: readonly FieldNode[], draft: Draft, prefix = ''): Record<string, unknown> {
  const entries = fields.map((field): [string, unknown] => [
    field.key,
    read(field, draft, prefix === '' ? field.key : `${prefix}.${field.key}`),
  ])
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

function read(field: FieldNode, draft: Draft, name: string): unknown {
  const { kind, element } = field
  if (kind === 'list') {
    if (element === undefined) return undefined
    const count = entryCount(draft, name)
    if (count === 0 && field.optional) return undefined
    return Array.from({ length: count }, (_, index) => read(element, draft, `${name}[${index}]`) ?? null)
  }
  if (kind === 'record') return unlessEmpty(recordOf(field.parts, draft, name), field)
  return readers[kind](draft, name, field)
}

/** An optional record of which nothing was filled in is not there. */
function unlessEmpty(
  record: Record<string, unknown>,
  { optional }: FieldNode,
): Record<string, unknown> | undefined {
  return optional && Object.keys(record).length === 0 ? undefined : record
}

type Read = (draft: Draft, name: string, field: FieldNode) => unknown

const typed = (draft: Draft, name: string) => draft.get(name)?.replaceAll('\r\n', '\n').trim() || undefined
const upper = (draft: Draft, name: string) => typed(draft, name)?.toUpperCase()

/** More significant digits than a double always keeps would be changed silently. */
const mostDigits = 15

const number: Read = (draft, name) => {
  const text = typed(draft, name)
  const value = text === undefined ? undefined : readTyped(text)
  if (value === undefined || String(value.units).replace('-', '').length > mostDigits) return text
  return toNumber(value)
}

const readers: Readonly<Record<Exclude<FieldKind, 'list' | 'record'>, Read>> = {
  text: typed,
  code: (draft, name) => {
    const text = typed(draft, name)
    return text === undefined ? undefined : asciiDigits(text)
  },
  identifier: typed,
  place: upper,
  country: upper,
  choice: typed,
  number,
  measure: number,
  percent: number,
  date: typed,
  time: (draft, name) => instantOf(typed(draft, name)),
  flag: (draft, name) => {
    const text = typed(draft, name)
    return text === 'true' || text === 'false' ? text === 'true' : text
  },
  money: (draft, name) => {
    const amount = typed(draft, name)
    if (amount === undefined) return undefined
    const currency = upper(draft, `${name}.currency`)
    const digits = currency === undefined ? undefined : findMinorUnits(currency)
    const value = readTyped(amount)
    const minor =
      value && digits !== undefined ? wholeOf(times(value, { units: 1n, exponent: digits })) : undefined
    return { amountMinor: minor === undefined ? amount : String(minor), currency }
  },
  coordinates: (draft, name, field) =>
    parts(field, {
      latitude: number(draft, `${name}.latitude`, field),
      longitude: number(draft, `${name}.longitude`, field),
    }),
  bilingual: (draft, name, field) =>
    parts(field, { en: typed(draft, `${name}.en`), ur: typed(draft, `${name}.ur`) }),
  // A form carries no files.
  attachment: () => undefined,
}

function parts(
  field: FieldNode,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  return unlessEmpty(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    field,
  )
}

/** A local time gets the offset of the institutions' time zone; anything else stays as it was typed. */
function instantOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text)) return text
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toString({ timeZoneName: 'never' })
  } catch {
    return text
  }
}

/** What a form is filled with to correct a record. */
export function draftOfRecord(fields: readonly FieldNode[], record: unknown): Draft {
  const draft = new Map<string, string>()
  fillRecord({ draft, fields, prefix: '' }, record)
  return draft
}

interface Filling {
  readonly draft: Map<string, string>
  readonly fields: readonly FieldNode[]
  readonly prefix: string
}

function fillRecord({ draft, fields, prefix }: Filling, record: unknown): void {
  if (!isRecord(record)) return
  for (const field of fields) {
    const value = record[field.key]
    if (value !== undefined && value !== null) {
      fill(draft, { field, name: prefix === '' ? field.key : `${prefix}.${field.key}` }, value)
    }
  }
}

function fill(
  draft: Map<string, string>,
  { field, name }: { readonly field: FieldNode; readonly name: string },
  value: unknown,
): void {
  const { element } = field
  switch (field.kind) {
    case 'record':
      fillRecord({ draft, fields: field.parts, prefix: name }, value)
      break
    case 'list':
      if (element === undefined || !Array.isArray(value)) break
      draft.set(`_entries.${name}`, String(value.length))
      for (const [index, entry] of value.entries())
        fill(draft, { field: element, name: `${name}[${index}]` }, entry)
      break
    case 'money':
      fillMoney(draft, name, value)
      break
    case 'time':
      draft.set(name, localTime(String(value)))
      break
    default:
      if (isRecord(value))
        for (const [part, own] of Object.entries(value)) draft.set(`${name}.${part}`, String(own))
      else draft.set(name, String(value))
  }
}

function fillMoney(draft: Map<string, string>, name: string, value: unknown): void {
  if (!isRecord(value)) return
  const amount = String(value.amountMinor)
  const currency = String(value.currency)
  const digits = findMinorUnits(currency)
  draft.set(`${name}.currency`, currency)
  draft.set(
    name,
    digits === undefined || !/^-?\d+$/.test(amount) ? amount : writeDecimal(BigInt(amount), digits),
  )
}

/** What `datetime-local` shows; seconds are kept only where there are any. */
function localTime(instant: string): string {
  try {
    const local = Temporal.Instant.from(instant).toZonedDateTimeISO(timeZone).toPlainDateTime()
    return local.toString({ smallestUnit: local.second === 0 ? 'minute' : 'second' })
  } catch {
    return instant
  }
}

/** The draft with an entry more or less, as its button said; `undefined` where neither was pressed. */
export function reshaped(draft: Draft): Draft | undefined {
  const add = draft.get('_add')
  if (add !== undefined) return new Map(draft).set(`_entries.${add}`, String(entryCount(draft, add) + 1))
  const [, list, removed] = /^(.*)\[(\d{1,4})\]$/s.exec(draft.get('_remove') ?? '') ?? []
  return list === undefined || removed === undefined ? undefined : withoutEntry(draft, list, Number(removed))
}

/** Entries after the one taken away move up. */
function withoutEntry(draft: Draft, list: string, removed: number): Draft {
  const left = new Map<string, string>()
  for (const [name, value] of draft) {
    // `_entries.` of lists inside an entry move with it.
    const [own, inner] = name.startsWith('_entries.') ? ['_entries.', name.slice(9)] : ['', name]
    const rest = inner.startsWith(`${list}[`) ? inner.slice(list.length) : undefined
    const [, index, tail] = /^\[(\d+)\](.*)$/s.exec(rest ?? '') ?? []
    if (index === undefined) left.set(name, value)
    else if (Number(index) < removed) left.set(name, value)
    else if (Number(index) > removed) left.set(`${own}${list}[${Number(index) - 1}]${tail}`, value)
  }
  return left.set(`_entries.${list}`, String(Math.max(0, entryCount(draft, list) - 1)))
}
