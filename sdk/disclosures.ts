/** What an application would keep in clear of a person, found on made-up cases before there are real ones. */
import type { Application, SampleCase } from './application.ts'
import type { FieldKind } from './fields.ts'
import { nationalIdentifierIn } from './identifiers.ts'
import { isObject, type PlannedField, type ProtectionPlan, protectionPlan } from './protection.ts'
import { readCase } from './read.ts'
import { type SealedValues, sealedValues, tellsSealed } from './sealed-values.ts'

/** Each kind of disclosure once, without the values. @throws TypeError for a case that the schema refuses */
export function disclosuresOf(application: Application, cases: Iterable<SampleCase>): readonly string[] {
  const ofCase = protectionPlan(application.case, application.classification)
  const ofOutcome = protectionPlan(application.outcome, application.classification)
  const found = new Set<string>()
  if (!(ofCase.isOpen && ofOutcome.isOpen) && application.subject === undefined)
    found.add(
      'it seals fields and does not say whom they are about: declare subject, undefined where it is nobody',
    )
  for (const one of cases) {
    const read = readCase(application, one.case)
    if (!read.ok) throw new TypeError(read.problems.map(({ field, code }) => `${field}: ${code}`).join('; '))
    const { value, reference, unit = '' } = read.value
    const told: Told = { value, sealed: sealedValues(ofCase, [one.case, value]) }
    const texts = [
      ...clearTexts(ofCase, one.case),
      ...clearTexts(ofOutcome, one.outcome).map(({ path, text }) => ({ path: `outcome ${path}`, text })),
      { path: 'reference', text: reference },
      { path: 'unit', text: unit },
      ...featureTexts(application, value),
    ]
    for (const { path, text } of texts) {
      const identifier = nationalIdentifierIn(text)
      if (identifier !== undefined) found.add(`${path} holds a ${identifier} in clear`)
    }
    for (const path of toldBy(application, told, { reference, unit }))
      found.add(`${path} tells a sealed field`)
  }
  return [...found]
}

interface ClearText {
  readonly path: string
  readonly text: string
}

/** Texts that people write, kept in clear. Amounts and dates are none: thirteen digits of money are no card number. */
function clearTexts({ root }: ProtectionPlan, value: unknown): readonly ClearText[] {
  const found: ClearText[] = []
  const walk = (field: PlannedField, given: unknown, path: string): void => {
    if (field.sealed === 'everything') return
    if (field.element !== undefined) {
      for (const one of Array.isArray(given) ? given : []) walk(field.element, one, `${path}[]`)
    } else if (field.kind === 'record') {
      for (const [name, part] of field.parts)
        walk(part, isObject(given) ? given[name] : undefined, path === '' ? name : `${path}.${name}`)
    } else found.push(...textsOf(field.kind, given).map((text) => ({ path, text })))
  }
  walk(root, value, '')
  return found
}

function textsOf(kind: FieldKind, given: unknown): readonly string[] {
  if (kind === 'text' || kind === 'code') return typeof given === 'string' ? [given] : []
  if (!isObject(given)) return []
  const { en, ur, name } = given
  const texts = kind === 'bilingual' ? [en, ur] : kind === 'attachment' ? [name] : []
  return texts.filter((one) => typeof one === 'string')
}

/** Features of text are kept in the model's file. Of a case for which they fail, a model learns nothing. */
function featureTexts({ models }: Application, value: unknown): readonly ClearText[] {
  return Object.entries(models).flatMap(([model, { features, extract }]) => {
    const row = orUndefined(() => extract(value)) ?? {}
    return Object.entries(features).flatMap(([name, { kind }]): ClearText[] => {
      const text = row[name]
      return kind === 'number' || typeof text !== 'string' ? [] : [{ path: `feature ${model}.${name}`, text }]
    })
  })
}

interface Told {
  readonly value: unknown
  readonly sealed: SealedValues
}

function toldBy(
  application: Application,
  { value, sealed }: Told,
  { reference, unit }: { readonly reference: string; readonly unit: string },
): readonly string[] {
  const shown = application.summary.map((path) => ({ path: `summary ${path}`, text: valueAt(path, value) }))
  const named = [
    { path: 'reference', text: reference },
    { path: 'unit', text: unit },
  ]
  return [...named, ...shown, ...featureTexts(application, value)]
    .filter(({ text }) => (typeof text === 'string' || typeof text === 'number') && tellsSealed(sealed, text))
    .map(({ path }) => path)
}

function valueAt(path: string, value: unknown): unknown {
  return path.split('.').reduce((inner, name) => (isObject(inner) ? inner[name] : undefined), value)
}

function orUndefined<T>(compute: () => T): T | undefined {
  try {
    return compute()
  } catch {
    return undefined
  }
}
