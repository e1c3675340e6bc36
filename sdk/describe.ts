import { z } from 'zod'
import { type FieldKind, type FieldMeta, fieldRegistry, type Protection } from './fields.ts'

/** One field of a schema as a form or a page shows it. */
export interface FieldDescription {
  /** Path from the case, `importer.name`; elements of a list are described once, under `items[]`. */
  readonly path: string
  readonly kind: FieldKind
  readonly meta: FieldMeta
  readonly optional: boolean
  /** Stated by the field or by what it stands in; left out where the application's class decides (`protectionPlan`). */
  readonly protection?: Protection
}

/**
 * Describes the labelled fields of a schema, in their order, records before their parts. Fields without a label are an error.
 *
 * @example
 * ```ts
 * import { describeFields, record, text } from '@khudi/sdk'
 * const fields = describeFields(record({ name: text({ en: 'Name', ur: 'نام' }) }))
 * fields[0]?.path // 'name'
 * ```
 */
export function describeFields(schema: z.ZodType): readonly FieldDescription[] {
  const found: FieldDescription[] = []
  walk(schema, { path: '', inherited: undefined }, found)
  return found
}

/** Where a field stands, and what is said there of its protection. */
interface Place {
  readonly path: string
  readonly inherited: Protection | undefined
}

function walk(schema: z.ZodType, { path, inherited }: Place, found: FieldDescription[]): void {
  const { inner, optional } = unwrap(schema)
  const meta = fieldRegistry.get(inner)
  const protection = meta?.protection ?? inherited
  if (path !== '') {
    if (meta === undefined) throw new Error(`the field "${path}" has no label: use the SDK's field types`)
    found.push({ path, kind: meta.kind, meta, optional, ...(protection !== undefined && { protection }) })
    if (meta.kind !== 'record' && meta.kind !== 'list') return
  }
  if (inner instanceof z.ZodObject) {
    for (const [name, field] of partsOf(inner))
      walk(field, { path: path === '' ? name : `${path}.${name}`, inherited: protection }, found)
  } else if (inner instanceof z.ZodArray && inner.element instanceof z.ZodType) {
    const element = unwrap(inner.element).inner
    if (element instanceof z.ZodObject && fieldRegistry.get(element) === undefined) {
      for (const [name, field] of partsOf(element))
        walk(field, { path: `${path}[].${name}`, inherited: protection }, found)
    } else walk(inner.element, { path: `${path}[]`, inherited: protection }, found)
  }
}

/** Fields of a record by name, in its order. */
export function partsOf({ shape }: z.ZodObject): readonly (readonly [string, z.ZodType])[] {
  return Object.entries(shape).flatMap(([name, field]) =>
    field instanceof z.ZodType ? [[name, field] as const] : [],
  )
}

/** The labelled schema inside `optional`, `nullable` and `default`. */
export function unwrap(schema: z.ZodType): { readonly inner: z.ZodType; readonly optional: boolean } {
  let inner = schema
  let optional = false
  while (fieldRegistry.get(inner) === undefined) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) optional = true
    else if (!(inner instanceof z.ZodDefault)) break
    const next = inner.unwrap()
    if (!(next instanceof z.ZodType)) break
    inner = next
  }
  return { inner, optional }
}
