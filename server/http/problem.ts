/** What a caller is told when a request fails: RFC 9457 problem details with the catalogue's code. */

import type { Language } from '@khudi/sdk'
import { z } from 'zod'
import type { Refusal } from '../../kernel/errors.ts'
import { weightOf } from './negotiation.ts'

/** As many as the SDK tells at most; more would make the reply larger than the request that it is about. */
const PROBLEMS_SHOWN = 100
/** A field's path repeats names that the caller made up. */
const FIELD_CHARACTERS = 200

export const FieldProblem = z
  .strictObject({
    field: z.string().describe('Path of the field, `items[0].netMassKg`; empty for the whole'),
    code: z.string(),
    message: z.strictObject({ en: z.string(), ur: z.string() }),
  })
  .meta({ id: 'FieldProblem' })

export const Problem = z
  .strictObject({
    type: z.string().describe('`urn:khudi:error:` and the code'),
    title: z.string().describe('What is the matter, in the language of Content-Language'),
    status: z.int().min(400).max(599),
    code: z.string().describe('Code of the catalogue of errors'),
    detail: z.string().describe('What to do next'),
    instance: z.string().optional().describe('Identifies the fault in our log'),
    requestId: z.string(),
    problems: z.array(FieldProblem).max(PROBLEMS_SHOWN).optional(),
  })
  .meta({ id: 'Problem' })
export type Problem = z.infer<typeof Problem>

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** The reply's body for a refusal. */
export function problemOf(
  refusal: Refusal,
  about: { readonly language: Language; readonly requestId: string; readonly instance?: string },
): Problem {
  const { code, status, problems } = refusal
  return {
    type: `urn:khudi:error:${code}`,
    title: refusal.title(about.language),
    status,
    code,
    detail: refusal.remedy(about.language),
    ...(about.instance === undefined ? {} : { instance: about.instance }),
    requestId: about.requestId,
    ...(problems.length === 0
      ? {}
      : {
          problems: problems
            .slice(0, PROBLEMS_SHOWN)
            .map(({ field, code, message }) => ({ field: shortened(field), code, message })),
        }),
  }
}

/** The `{detail}` of a refusal that is about fields: which ones, the first five. */
export function fieldsNamed(problems: readonly { readonly field: string }[]): string {
  const named = problems.slice(0, 5).map(({ field }) => (field === '' ? '(body)' : shortened(field)))
  return problems.length > named.length ? `${named.join(', ')}, …` : named.join(', ')
}

function shortened(field: string): string {
  const cut = field.length > FIELD_CHARACTERS ? `${field.slice(0, FIELD_CHARACTERS)}…` : field
  // Cutting may halve a surrogate pair.
  return cut.toWellFormed()
}

/** English or Urdu by an `Accept-Language` header (RFC 9110, 12.5.4); English where it names neither. */
export function languageOf(acceptLanguage: string | undefined): Language {
  if (acceptLanguage === undefined) return 'en'
  let urdu = 0
  let english = 0
  for (const range of acceptLanguage.split(',', 50)) {
    const [tag = '', ...parameters] = range.trim().toLowerCase().split(';')
    const weight = weightOf(parameters)
    if (tag === 'ur' || tag.startsWith('ur-')) urdu = Math.max(urdu, weight)
    else if (tag === 'en' || tag.startsWith('en-') || tag === '*') english = Math.max(english, weight)
  }
  return urdu > english ? 'ur' : 'en'
}
