import { findMinorUnits } from '@khudi/sdk'
import type { FieldProblem } from '../errors.ts'
import type { MappedField } from './mapped-field.ts'
import { convertsExactly } from './units.ts'

/** What a schema of single fields cannot see: targets filled twice, units that do not convert, codes without a form. */
export function fieldContradictions(where: string, fields: readonly MappedField[]): readonly FieldProblem[] {
  const problems: FieldProblem[] = []
  const taken = new Set<string>()
  for (const [index, field] of fields.entries()) {
    const path = `${where}[${index}]`
    if (isTaken(field.to, taken)) {
      problems.push(
        contradiction(
          `${path}.to`,
          'another field already fills this target',
          'یہ ہدف کوئی اور خانہ بھر رہا ہے',
        ),
      )
    }
    taken.add(field.to)
    problems.push(...contradictionsWithin(path, field))
  }
  return problems
}

/** `a.b` and `a.b.c` cannot both be filled, nor `a` and `a[0]`. */
function isTaken(to: string, taken: ReadonlySet<string>): boolean {
  const within = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)
  return [...taken].some((other) => within(to, other) || within(other, to) || mixesKinds(to, other))
}

/** `a[0]` makes `a` a list and `a.b` makes it an object. */
function mixesKinds(one: string, other: string): boolean {
  let shared = 0
  while (shared < one.length && one[shared] === other[shared]) shared += 1
  const marks = `${one[shared]}${other[shared]}`
  return marks === '[.' || marks === '.['
}

function contradictionsWithin(path: string, field: MappedField): readonly FieldProblem[] {
  switch (field.as) {
    case 'decimal':
      if (field.unit === undefined || convertsExactly(field.unit.from, field.unit.to)) return []
      return [
        contradiction(
          `${path}.unit`,
          'these units do not convert exactly into one another',
          'یہ اکائیاں ایک دوسرے میں ٹھیک ٹھیک نہیں بدلتیں',
        ),
      ]
    case 'money':
      return unknownCurrencies(path, field.currency)
    case 'date':
      if (field.calendar !== 'any' || (field.earliest !== undefined && field.latest !== undefined)) return []
      return [
        contradiction(
          path,
          'calendar "any" needs "earliest" and "latest": without them every date has several readings',
          'تقویم "any" کے ساتھ "earliest" اور "latest" لازمی ہیں: ان کے بغیر ہر تاریخ کئی طرح پڑھی جا سکتی ہے',
        ),
      ]
    case 'code':
      return codeContradictions(path, field)
    case 'boolean':
      if (!field.true.some((text) => field.false.includes(text))) return []
      return [
        contradiction(path, 'a value means both true and false', 'ایک قدر کا مطلب ہاں بھی ہے اور نہیں بھی'),
      ]
    case 'combination':
      return combinationContradictions(path, field)
    default:
      return []
  }
}

function combinationContradictions(
  path: string,
  { from, values }: Extract<MappedField, { as: 'combination' }>,
): readonly FieldProblem[] {
  const seen = new Set(values.map(({ when }) => JSON.stringify(when)))
  if (seen.size === values.length && values.every(({ when }) => when.length === from.length)) return []
  return [
    contradiction(
      `${path}.values`,
      'each combination must name one value per column, and only once',
      'ہر مجموعے میں فی کالم ایک قدر ہو، اور کوئی مجموعہ دوبارہ نہ آئے',
    ),
  ]
}

function codeContradictions(
  path: string,
  field: Extract<MappedField, { as: 'code' }>,
): readonly FieldProblem[] {
  const isFixed = typeof field.length === 'number'
  const marks = field.written?.replace(/[^#]/g, '').length
  const isPaddable =
    field.padLeft === undefined || (isFixed && field.alphabet === 'digits' && marks === undefined)
  if (isPaddable && (marks === undefined || marks === field.length)) return []
  return [
    contradiction(
      path,
      '"padLeft" needs digits of one exact length without "written"; "written" needs as many # as "length"',
      '"padLeft" کے لیے ایک ہی لمبائی کے ہندسے درکار ہیں اور "written" نہ ہو؛ "written" میں "length" جتنے # ہوں',
    ),
  ]
}

function unknownCurrencies(
  path: string,
  currency: Extract<MappedField, { as: 'money' }>['currency'],
): readonly FieldProblem[] {
  const named = typeof currency === 'string' ? [currency] : (currency.permitted ?? [])
  if (named.every((code) => findMinorUnits(code) !== undefined)) return []
  return [
    contradiction(`${path}.currency`, 'not a currency of ISO 4217 in use', 'یہ ISO 4217 کی رائج کرنسی نہیں'),
  ]
}

/** A problem of a mapping file; `field` is the path in it. */
export function contradiction(field: string, en: string, ur: string): FieldProblem {
  return { field, code: 'import.mapping_contradiction', message: { en, ur } }
}
