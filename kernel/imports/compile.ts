/**
 * Compiles a mapping against the header of one file into a function from row to case and outcome.
 *
 * Columns are looked up once, not once a row; every problem of a row is found, not only the first.
 */
import { type FieldProblem, Refusal, unreachable } from '../errors.ts'
import {
  type ConversionContext,
  type ConvertCell,
  type FieldOf,
  type RowReading,
  startRow,
} from './conversion.ts'
import type { MappedField } from './mapped-field.ts'
import { type Mapping, requiredColumns } from './mapping.ts'
import { convertDecimal, convertInteger, convertMoney, convertPercent } from './quantity-conversions.ts'
import { convertCode, convertDate, convertListed, convertText, type Scalar } from './text-conversions.ts'

/** What a mapping makes of one row. Both values are plain JSON and have yet to pass the application's schemas. */
export type MappedRow =
  | { readonly case: unknown; readonly outcome: unknown }
  | { readonly problems: readonly FieldProblem[] }

interface Context extends ConversionContext {
  /** Texts that mean "no value"; the empty text is always among them. */
  readonly missing: ReadonlySet<string>
}

/** The cells of a row into a value; `undefined` where there is none or it was refused. */
type Convert = (row: RowReading) => unknown

/**
 * @param header names of the columns of the rows to come, in their order
 * @throws {Refusal} `import.columns_missing`, `import.columns_unmapped`
 */
export function compileMapping(
  mapping: Mapping,
  header: readonly string[],
): (row: readonly string[]) => MappedRow {
  refuseHeader(mapping, header)
  const positions = new Map(header.map((column, index): [string, number] => [column, index]))
  const positionOf = (column: string) => positions.get(column) ?? -1
  const context: Context = { format: mapping.format, missing: new Set(['', ...mapping.missing]), positionOf }
  const buildCase = compileFields(mapping.case, context)
  const buildOutcome = mapping.outcome && compileFields(mapping.outcome.fields, context)
  const decisive = (mapping.outcome?.presentWhen ?? []).map(positionOf)
  return (cells) => {
    const row = startRow(cells)
    const built = buildCase(row) ?? {}
    const hasOutcome = decisive.some((position) => !context.missing.has((cells[position] ?? '').trim()))
    const outcome = hasOutcome ? buildOutcome?.(row) : undefined
    return row.problems.length > 0 ? { problems: uniqueProblems(row.problems) } : { case: built, outcome }
  }
}

function refuseHeader(mapping: Mapping, header: readonly string[]): void {
  const required = requiredColumns(mapping)
  const missing = required.filter((column) => !header.includes(column))
  if (missing.length > 0) throw new Refusal('import.columns_missing', { columns: missing.join(', ') })
  const known = new Set([...required, ...mapping.ignore])
  const unmapped = header.filter((column) => !known.has(column))
  if (unmapped.length > 0) throw new Refusal('import.columns_unmapped', { columns: unmapped.join(', ') })
}

/** A column read by two fields can have the same problem twice; the person who mends it needs it once. */
function uniqueProblems(problems: readonly FieldProblem[]): readonly FieldProblem[] {
  const seen = new Set<string>()
  return problems.filter(({ field, code }) => {
    const key = `${field}\n${code}`
    return !seen.has(key) && seen.add(key)
  })
}

/** A target in the making: a field, an object of named parts, or a list. */
type Target = { readonly convert: Convert } | { readonly parts: Map<string, Target> }

function compileFields(fields: readonly MappedField[], context: Context): Convert {
  const root = { parts: new Map<string, Target>() }
  for (const field of fields) {
    const steps = field.to.split(/[.[]/)
    const last = steps.pop() ?? ''
    let at = root
    for (const step of steps) at = partOf(at.parts, step)
    at.parts.set(last, { convert: createConversion(field, context) })
  }
  return builderOf(root)
}

function partOf(parts: Map<string, Target>, step: string): { readonly parts: Map<string, Target> } {
  const found = parts.get(step)
  if (found !== undefined && 'parts' in found) return found
  const made = { parts: new Map<string, Target>() }
  parts.set(step, made)
  return made
}

/** Parts without any value are left out, so that an optional party is absent and not an empty object. */
function builderOf(target: Target): Convert {
  if ('convert' in target) return target.convert
  const parts = [...target.parts].map(([name, part]): [string, Convert] => [name, builderOf(part)])
  // A step that was written `[0]` ends in the bracket; a mapping's check keeps names and indexes apart.
  if (parts.every(([name]) => name.endsWith(']'))) return buildList(parts)
  return (row) => {
    const built: Record<string, unknown> = {}
    let isEmpty = true
    for (const [name, build] of parts) {
      const value = build(row)
      if (value === undefined) continue
      built[name] = value
      isEmpty = false
    }
    return isEmpty ? undefined : built
  }
}

function buildList(parts: readonly [string, Convert][]): Convert {
  const ordered = parts.toSorted(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
  return (row) => {
    const built = ordered.map(([, build]) => build(row)).filter((value) => value !== undefined)
    return built.length === 0 ? undefined : built
  }
}

function createConversion(field: MappedField, context: Context): Convert {
  if (field.as === 'constant') return () => field.value
  if (field.as === 'combination') return convertCombination(field, context)
  const position = context.positionOf(field.from)
  const convert = convertCell(field, context)
  // A value that an enumeration lists is meant, even where the same text elsewhere stands for "no value".
  const meant = new Set(field.as === 'enumeration' ? Object.keys(field.values) : [])
  return (row) => {
    const cell = (row.cells[position] ?? '').trim()
    row.column = field.from
    if (!context.missing.has(cell) || meant.has(cell)) return convert(cell, row)
    return field.optional ? undefined : row.refuse('import.value_missing')
  }
}

function convertCell(
  field: Exclude<MappedField, FieldOf<'constant' | 'combination'>>,
  context: Context,
): ConvertCell {
  switch (field.as) {
    case 'text':
      return convertText(field)
    case 'code':
      return convertCode(field)
    case 'integer':
      return convertInteger(field, context.format)
    case 'decimal':
      return convertDecimal(field, context.format)
    case 'percent':
      return convertPercent(field, context.format)
    case 'money':
      return convertMoney(field, context)
    case 'date':
      return convertDate(field)
    case 'boolean':
      return convertListed(
        new Map([
          ...field.true.map((text): [string, Scalar] => [text, true]),
          ...field.false.map((text): [string, Scalar] => [text, false]),
        ]),
      )
    case 'enumeration':
      return convertListed(new Map(Object.entries(field.values)))
    default:
      return unreachable(field)
  }
}

/** Several columns that mean one thing together, such as two flags that have to agree. */
function convertCombination(field: FieldOf<'combination'>, context: Context): Convert {
  const positions = field.from.map(context.positionOf)
  const values = new Map(field.values.map(({ when, is }): [string, Scalar] => [JSON.stringify(when), is]))
  const columns = field.from.join(', ')
  return (row) => {
    const cells = positions.map((position) => (row.cells[position] ?? '').trim())
    const value = values.get(JSON.stringify(cells))
    if (value !== undefined) return value
    const isMissing = cells.every((cell) => context.missing.has(cell))
    if (isMissing && field.optional) return undefined
    row.column = columns
    return row.refuse(isMissing ? 'import.value_missing' : 'import.values_contradict')
  }
}
