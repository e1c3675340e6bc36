import type { z } from 'zod'
import type { Application } from './application.ts'
import { type FieldProblem, problemsOf } from './problems.ts'

/** A case as its application's schema read it. */
export interface CaseFacts {
  /** Output of the case schema: what `decide` computes with. */
  readonly value: unknown
  readonly reference: string
  /** `YYYY-MM-DD`. */
  readonly occurredOn: string
  /** `scheme:identifier`. */
  readonly subject: string | undefined
  /** Code of the unit whose case it is; `undefined` where it is the institution's as a whole. */
  readonly unit: string | undefined
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly FieldProblem[] }

/**
 * Reads a case from its JSON form and works out what the platform needs to know of it.
 *
 * @throws Error where the application names a valid case in a way that the platform cannot keep; the application's
 *   author must mend that, so it is no refusal. The message does not hold the value.
 *
 * @example
 * ```ts
 * import { readCase } from '@khudi/sdk'
 * import application from './application.ts'
 * const read = readCase(application, { number: 'A-1', filedOn: '2026-01-31' })
 * const reference = read.ok ? read.value.reference : undefined // 'A-1'
 * ```
 */
export function readCase(application: Application, given: unknown): Read<CaseFacts> {
  const parsed = readWith(application.case, given)
  if (!parsed.ok) return parsed
  const { value } = parsed
  const facts = {
    value,
    reference: application.reference(value),
    occurredOn: application.occurredOn(value),
    subject: application.subject?.(value),
    unit: application.unit?.(value),
  }
  checkFacts(application.id, facts)
  return { ok: true, value: facts }
}

const maxNameLength = 200

function checkFacts(id: string, { reference, occurredOn, subject, unit }: CaseFacts): void {
  if (reference === '' || reference.length > maxNameLength)
    throw new Error(`application "${id}": a reference has 1 to ${maxNameLength} characters`)
  if (!/^(?!0000)\d{4}-\d\d-\d\d$/.test(occurredOn))
    throw new Error(`application "${id}": occurredOn answers a date, YYYY-MM-DD`)
  if (subject !== undefined && (subject.length > maxNameLength || !/^[a-z][a-z0-9-]*:./.test(subject)))
    throw new Error(`application "${id}": a subject is scheme:identifier`)
  if (unit !== undefined && unit.length > maxNameLength)
    throw new Error(`application "${id}": the code of a unit has at most ${maxNameLength} characters`)
  if (subject !== undefined && /^(case|import):/.test(subject))
    throw new Error(`application "${id}": the schemes "case" and "import" are the platform's own`)
}

/** A person mends the first hundred; a thousand more would only make the reply as large as the attack. */
const maxProblems = 100

/**
 * Parses with a schema; problems carry both languages, and are at most a hundred.
 *
 * @example
 * ```ts
 * import { date, readWith } from '@khudi/sdk'
 * const read = readWith(date({ en: 'Date', ur: 'تاریخ' }), '2026-02-30')
 * const codes = read.ok ? [] : read.problems.map(({ code }) => code) // ['field.invalid_date']
 * ```
 */
export function readWith<S extends z.ZodType>(schema: S, given: unknown): Read<z.output<S>> {
  const parsed = schema.safeParse(given, { reportInput: true })
  if (parsed.success) return { ok: true, value: parsed.data }
  return { ok: false, problems: parsed.error.issues.flatMap(problemsOf).slice(0, maxProblems) }
}
