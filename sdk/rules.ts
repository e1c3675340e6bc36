import type { z } from 'zod'
import { fieldRegistry } from './fields.ts'
import type { SaidProblem } from './problems.ts'
import type { BilingualText } from './text.ts'

/** Something that must hold between fields that are each valid by themselves. */
export interface Rule<Value> {
  /** The field that a person should look at first. */
  readonly field: string
  /** What is contradictory, as the person who sent it reads it. Never the values. */
  readonly message: BilingualText
  holds(this: void, given: Value): boolean
}

/**
 * A record that also has to obey rules between its fields. Every broken rule is reported, once each field is valid.
 *
 * @example
 * ```ts
 * import { date, record, withRules } from '@khudi/sdk'
 *
 * const Lease = withRules(
 *   record({ from: date({ en: 'From', ur: 'تاریخِ آغاز' }), to: date({ en: 'To', ur: 'تاریخِ اختتام' }) }),
 *   [
 *     {
 *       field: 'to',
 *       message: { en: 'a lease cannot end before it begins', ur: 'پٹہ شروع ہونے سے پہلے ختم نہیں ہو سکتا' },
 *       holds: ({ from, to }) => from <= to,
 *     },
 *   ],
 * )
 * ```
 */
export function withRules<S extends z.ZodObject>(schema: S, rules: readonly Rule<z.output<S>>[]): S {
  const meta = fieldRegistry.get(schema)
  let ruled = schema
  for (const { field, message, holds } of rules) {
    const params: SaidProblem = { code: 'field.contradictory', message }
    ruled = ruled.refine(holds, { path: field.split('.'), params })
  }
  if (meta !== undefined) fieldRegistry.add(ruled, meta)
  return ruled
}
