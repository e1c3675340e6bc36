/** Values that a schema allows, drawn from the schema alone; identifiers come from what is really there. */
import fc from 'fast-check'
import { type Description, resolved, type Schema } from './document.ts'
import type { Random } from './random.ts'

/** What fits a name: identifiers of cases for `caseId`, and so on. */
export type Known = (name: string, random: Random) => string | undefined

export interface ValueContext {
  readonly components: Description['components']
  readonly random: Random
  readonly known: Known
  /** The application that the request names: its own case stands where the description lists those of all. */
  readonly applicationId: string | undefined
  /** Free text of the caller, which holds the word of their institution. */
  readonly freeText: () => string
}

const deepest = 8

/** A value of the schema, or `undefined` where it cannot be told how to make one. */
export function drawnValue(
  given: Schema,
  context: ValueContext,
  at: { readonly name: string; readonly depth: number } = { name: '', depth: 0 },
): unknown {
  const { components, random } = context
  const schema = resolved(given, components)
  if (at.depth > deepest) return null
  if ('const' in schema) return schema.const
  if (Array.isArray(schema.enum)) return random.pick(weighted(at.name, schema.enum))
  const ways = schema.anyOf ?? schema.oneOf
  if (Array.isArray(ways)) {
    const own = ways.filter((way) => isOf(asSchema(way), context.applicationId))
    const way = asSchema(random.pick(own.length > 0 ? own : ways))
    return drawnValue(way, context, { ...at, depth: at.depth + 1 })
  }
  if (Array.isArray(schema.allOf))
    return drawnValue(
      Object.assign({}, ...schema.allOf.map((part) => resolved(asSchema(part), components))),
      context,
      at,
    )
  const type = Array.isArray(schema.type) ? random.pick(schema.type) : schema.type
  switch (type) {
    case 'object':
      return objectOf(schema, context, at.depth)
    case 'array': {
      const least = numberOr(schema.minItems, 0)
      const most = Math.min(numberOr(schema.maxItems, least + 3), least + 3)
      const count = least + random.below(most - least + 1)
      const items = asSchema(schema.items ?? {})
      return Array.from({ length: count }, () =>
        drawnValue(items, context, { name: at.name, depth: at.depth + 1 }),
      )
    }
    case 'string':
      return textOf(schema, context, at.name)
    case 'integer':
      return Math.round(numberFor(schema, random))
    case 'number':
      return numberFor(schema, random)
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    default:
      return random.pick([null, 1, 'x', {}, []])
  }
}

const isOf = ({ $ref }: Schema, applicationId: string | undefined) =>
  applicationId !== undefined && typeof $ref === 'string' && $ref.includes(`/${applicationId}.`)

/** The answers that make a worker hang or end cost seconds each: other tests are about them. */
function weighted(name: string, values: readonly unknown[]): readonly unknown[] {
  if (name !== 'answer') return values
  return values.filter((value) => value !== 'never' && value !== 'exit')
}

function objectOf(schema: Schema, context: ValueContext, depth: number): Record<string, unknown> {
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const made: Record<string, unknown> = {}
  for (const [name, property] of Object.entries(asSchema(schema.properties ?? {}))) {
    if (!required.has(name) && context.random.chance(0.5)) continue
    made[name] = drawnValue(asSchema(property), context, { name, depth: depth + 1 })
  }
  return made
}

/** Texts of a pattern, made once: drawing them is slow. */
const byPattern = new Map<string, readonly string[]>()

function patternTexts(pattern: string): readonly string[] {
  const found = byPattern.get(pattern)
  if (found !== undefined) return found
  const whole = new RegExp(pattern, 'u')
  // Texts cannot be made to look ahead; most that are made without it fit all the same.
  const made = new RegExp(pattern.replaceAll(/\(\?[=!][^()]*\)/g, ''), 'u')
  const drawn = fc.sample(fc.stringMatching(made), { seed: 7, numRuns: 60 })
  const fitting = drawn.filter((text) => whole.test(text)).slice(0, 24)
  byPattern.set(pattern, fitting)
  return fitting
}

function textOf(schema: Schema, { random, known, freeText }: ValueContext, name: string): string {
  const identifier = known(name, random)
  if (identifier !== undefined) return identifier
  switch (schema.format) {
    case 'uuid':
      return '01900000-0000-7000-8000-000000000000'
    case 'date':
      return `20${10 + random.below(20)}-${two(1 + random.below(12))}-${two(1 + random.below(28))}`
    case 'date-time':
      return `2026-0${1 + random.below(9)}-1${random.below(10)}T0${random.below(10)}:00:00.000Z`
    default:
  }
  const ofPattern = typeof schema.pattern === 'string' ? patternTexts(schema.pattern) : []
  if (ofPattern.length > 0) return random.pick(ofPattern)
  const [least, most] = [numberOr(schema.minLength, 0), numberOr(schema.maxLength, 60)]
  const text = freeText()
  return text.length < least ? text.padEnd(least, 'x') : text.slice(0, most)
}

const two = (number: number) => String(number).padStart(2, '0')

function numberFor(schema: Schema, random: Random): number {
  const low = numberOr(schema.minimum ?? schema.exclusiveMinimum, -100)
  const high = numberOr(schema.maximum ?? schema.exclusiveMaximum, low + 1_000)
  return random.pick([low, high, low + random.below(Math.max(1, Math.min(high - low, 1_000)))])
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

export function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
