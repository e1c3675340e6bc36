/** Which fields are kept in clear and which are sealed, and how a case comes apart and together again. */
import { z } from 'zod'
import type { Classification } from './application.ts'
import { partsOf, unwrap } from './describe.ts'
import { type FieldKind, fieldRegistry, type Protection, protections } from './fields.ts'

/** What `protectionPlan` worked out for a schema; made once, used for every case. */
export interface ProtectionPlan {
  /** Protection by path (`importer.name`, `items[].netMassKg`); a part or a list has the strongest of what it holds. */
  readonly protections: ReadonlyMap<string, Protection>
  /** Whether no field is sealed, whatever a case holds. */
  readonly isOpen: boolean
  readonly root: PlannedField
}

/** A field of a plan with the fields inside it. */
export interface PlannedField {
  readonly kind: FieldKind
  /** How much of it is sealed. */
  readonly sealed: 'nothing' | 'something' | 'everything'
  /** Fields of a record by name. */
  readonly parts: ReadonlyMap<string, PlannedField>
  /** Those of them of which something is sealed. */
  readonly sealedParts: readonly (readonly [string, PlannedField])[]
  /** What each entry of a list is. */
  readonly element: PlannedField | undefined
}

/** A value taken apart: its fields in clear, and the others where it has any. */
export interface Divided {
  readonly open: unknown
  readonly sealed: unknown
}

const byClass: Readonly<Record<Classification, Protection>> = {
  open: 'operational',
  official: 'operational',
  personal: 'personal',
  sensitive: 'sensitive',
}

const plans = new WeakMap<z.ZodType, Map<Classification, ProtectionPlan>>()

/**
 * Works out which fields of a schema are sealed: those that are personal or sensitive by their own word, by that of the part
 * they stand in, or else by the application's class. An identifier is personal at least.
 *
 * @throws Error where the schema is no record of the SDK's field types; a field that nobody described could not be sealed.
 *
 * @example
 * ```ts
 * import { cnic, protectionPlan, record, text } from '@khudi/sdk'
 * const Request = record({
 *   number: text({ en: 'Number', ur: 'نمبر' }),
 *   applicant: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }),
 * })
 * protectionPlan(Request, 'official').protections.get('applicant') // 'personal'
 * ```
 */
export function protectionPlan(schema: z.ZodType, classification: Classification): ProtectionPlan {
  const known = plans.get(schema) ?? new Map<Classification, ProtectionPlan>()
  plans.set(schema, known)
  const plan = known.get(classification) ?? planned(schema, byClass[classification])
  known.set(classification, plan)
  return plan
}

function planned(schema: z.ZodType, unsaid: Protection): ProtectionPlan {
  if (!(schema instanceof z.ZodObject)) throw new Error('a case or an outcome is a record')
  const found = new Map<string, Protection>()
  const root = plannedField(schema, { path: '', inherited: unsaid }, found)
  return { protections: found, isOpen: root.sealed === 'nothing', root }
}

interface Place {
  readonly path: string
  readonly inherited: Protection
}

function plannedField(
  schema: z.ZodType,
  { path, inherited }: Place,
  found: Map<string, Protection>,
): PlannedField {
  const { inner } = unwrap(schema)
  const meta = fieldRegistry.get(inner)
  const said = meta?.protection ?? inherited
  const within = (field: z.ZodType, place: string) =>
    plannedField(field, { path: place, inherited: said }, found)
  const kind = meta?.kind ?? 'record'
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodType) {
    found.set(path, said)
    const element = within(inner.element, `${path}[]`)
    found.set(path, found.get(`${path}[]`) ?? said)
    return { kind, sealed: element.sealed, parts: noParts, sealedParts: [], element }
  }
  if (kind === 'record' && inner instanceof z.ZodObject) {
    // What a schema takes without describing it would be kept in clear whatever it is.
    if (!(inner.def.catchall instanceof z.ZodNever))
      throw new Error(`"${path}" takes fields that nobody described: use record or part`)
    if (path !== '') found.set(path, said)
    const named = partsOf(inner).map(
      ([name, field]) => [name, path === '' ? name : `${path}.${name}`, field] as const,
    )
    const parts = new Map(named.map(([name, place, field]) => [name, within(field, place)]))
    if (path !== '' && named.length > 0)
      found.set(path, strongest(named.map(([, place]) => found.get(place) ?? said)))
    const sealedParts = [...parts].filter(([, part]) => part.sealed !== 'nothing')
    return { kind, sealed: sealedOf([...parts.values()], said), parts, sealedParts, element: undefined }
  }
  if (meta === undefined) throw new Error(`the field "${path}" has no label: use the SDK's field types`)
  const protection = meta.kind === 'identifier' && said === 'operational' ? 'personal' : said
  found.set(path, protection)
  const sealed = protection === 'operational' ? 'nothing' : 'everything'
  return { kind, sealed, parts: noParts, sealedParts: [], element: undefined }
}

const noParts: ReadonlyMap<string, PlannedField> = new Map()

function strongest(all: readonly Protection[]): Protection {
  return protections[Math.max(...all.map((one) => protections.indexOf(one)))] ?? 'sensitive'
}

function sealedOf(parts: readonly PlannedField[], said: Protection): PlannedField['sealed'] {
  if (parts.length === 0) return said === 'operational' ? 'nothing' : 'everything'
  if (parts.every(({ sealed }) => sealed === 'nothing')) return 'nothing'
  return parts.every(({ sealed }) => sealed === 'everything') ? 'everything' : 'something'
}

/**
 * Takes a value that the schema takes apart, in its JSON form. Lists whose entries are partly sealed are in both parts, entry by
 * entry, `null` standing for an entry of which nothing is sealed.
 *
 * @example
 * ```ts
 * import { cnic, divide, protectionPlan, record, text } from '@khudi/sdk'
 * const Request = record({
 *   number: text({ en: 'Number', ur: 'نمبر' }),
 *   applicant: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }),
 * })
 * const plan = protectionPlan(Request, 'official')
 * const { open } = divide(plan, { number: 'A-1', applicant: '79999-1234567-8' }) // { number: 'A-1' }
 * ```
 */
export function divide({ isOpen, root }: ProtectionPlan, value: unknown): Divided {
  if (isOpen) return { open: value, sealed: undefined }
  return isObject(value) ? dividedRecord(root, value) : { open: undefined, sealed: value }
}

function divided(field: PlannedField, value: unknown): Divided {
  if (field.sealed === 'nothing') return { open: value, sealed: undefined }
  if (field.sealed === 'everything') return { open: undefined, sealed: value }
  if (value === null || value === undefined) return { open: value, sealed: undefined }
  if (field.element !== undefined && Array.isArray(value)) return dividedList(field.element, value)
  if (field.element === undefined && isObject(value)) return dividedRecord(field, value)
  // Of a shape that nobody described: sealed as a whole.
  return { open: undefined, sealed: value }
}

function dividedRecord({ parts }: PlannedField, value: Readonly<Record<string, unknown>>): Divided {
  const open: Record<string, unknown> = {}
  let sealed: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const part = parts.get(name)
    const own = value[name]
    // Most fields of most cases; an object for each of them would cost more than all the rest.
    if (part?.sealed === 'nothing') {
      if (own !== undefined) open[name] = own
      continue
    }
    const inner = part === undefined ? { open: undefined, sealed: own } : divided(part, own)
    if (inner.open !== undefined) open[name] = inner.open
    if (inner.sealed !== undefined) {
      sealed ??= {}
      sealed[name] = inner.sealed
    }
  }
  return { open, sealed }
}

function dividedList(element: PlannedField, values: readonly unknown[]): Divided {
  const each = values.map((one) => divided(element, one))
  const hasSealed = each.some(({ sealed }) => sealed !== undefined)
  return {
    open: each.map(({ open }) => open ?? null),
    sealed: hasSealed ? each.map(({ sealed }) => sealed ?? null) : undefined,
  }
}

/**
 * The value that `divide` took apart.
 *
 * @param sealed `undefined` or `null` where nothing of the value is sealed
 * @throws Error where the parts are not of one value
 *
 * @example
 * ```ts
 * import { unite } from '@khudi/sdk'
 * unite({ number: 'A-1' }, { applicant: '79999-1234567-8' }) // { number: 'A-1', applicant: '79999-1234567-8' }
 * ```
 */
export function unite(open: unknown, sealed: unknown): unknown {
  if (sealed === undefined || sealed === null) return open
  if (open === undefined || open === null) return sealed
  if (Array.isArray(open) && Array.isArray(sealed) && open.length === sealed.length)
    return open.map((one, index) => unite(one, sealed[index]))
  if (!isObject(open) || !isObject(sealed)) throw new Error('an open and a sealed part are not of one value')
  const whole: Record<string, unknown> = { ...open }
  for (const name of Object.keys(sealed))
    whole[name] = Object.hasOwn(open, name) ? unite(open[name], sealed[name]) : sealed[name]
  return whole
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
