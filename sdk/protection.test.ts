import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Classification,
  classifications,
  cnic,
  date,
  describeFields,
  divide,
  list,
  money,
  number,
  type Protection,
  part,
  protectionPlan,
  protections,
  record,
  text,
  unite,
  withRules,
  z,
} from './index.ts'

const label = { en: 'Field', ur: 'خانہ' }

/** A schema to be made; `says` is what the field states of its protection. */
type Spec = { readonly says: Protection | undefined; readonly isOptional: boolean } & (
  | { readonly kind: 'text' | 'number' | 'cnic' }
  | { readonly kind: 'part' | 'records'; readonly parts: readonly Spec[] }
  | { readonly kind: 'texts' }
)

const says = fc.option(fc.constantFrom(...protections), { nil: undefined })
const base = { says, isOptional: fc.boolean() }
const { spec } = fc.letrec<{ spec: Spec }>((tie) => ({
  spec: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ ...base, kind: fc.constantFrom('text', 'number', 'cnic', 'texts') }),
    fc.record({
      ...base,
      kind: fc.constantFrom('part', 'records'),
      parts: fc.array(tie('spec'), { maxLength: 4 }),
    }),
  ),
}))
const specs = fc.array(spec, { maxLength: 5 })

const nameOf = (index: number) => `f${index}`
const shapeOf = (parts: readonly Spec[]) =>
  Object.fromEntries(parts.map((one, index) => [nameOf(index), schemaOf(one)]))

function schemaOf(given: Spec): z.ZodType {
  const options = given.says === undefined ? {} : { protection: given.says }
  const schema = (() => {
    switch (given.kind) {
      case 'text':
        return text(label, options)
      case 'number':
        return number(label, options)
      case 'cnic':
        return cnic(label, given.says === 'sensitive' ? { protection: 'sensitive' } : {})
      case 'texts':
        return list(label, text(label), { max: 5, ...options })
      case 'part':
        return part(label, shapeOf(given.parts), options)
      case 'records':
        return list(label, record(shapeOf(given.parts)), { max: 5, ...options })
    }
  })()
  return given.isOptional ? schema.optional() : schema
}

/** What a case of the schema may hold. Sealed leaves say so: `secret…`, numbers from a million, cards that begin with 7. */
function caseOf(parts: readonly Spec[], inherited: Protection): fc.Arbitrary<Record<string, unknown>> {
  const fields = parts.map((one, index) => [nameOf(index), fieldValue(one, inherited)] as const)
  return fc.record(Object.fromEntries(fields), {
    noNullPrototype: true,
    requiredKeys: parts.flatMap(({ isOptional }, index) => (isOptional ? [] : [nameOf(index)])),
  })
}

function fieldValue(given: Spec, inherited: Protection): fc.Arbitrary<unknown> {
  const said = given.kind === 'cnic' && given.says === 'operational' ? inherited : (given.says ?? inherited)
  const isSealed = said !== 'operational'
  const word = fc.nat({ max: 9999 }).map((n) => `${isSealed ? 'secret' : 'clear'}-${n}`)
  switch (given.kind) {
    case 'text':
      return word
    case 'number':
      return fc.nat({ max: 9999 }).map((n) => (isSealed ? 1_000_000 + n : n))
    case 'cnic':
      return fc.nat({ max: 99_999_999 }).map((n) => `79999-${String(n).padStart(8, '0').slice(0, 7)}-1`)
    case 'texts':
      return fc.array(word, { maxLength: 3 })
    case 'part':
      return caseOf(given.parts, said)
    case 'records':
      return fc.array(caseOf(given.parts, said), { maxLength: 3 })
  }
}

const unsaid: Record<Classification, Protection> = {
  open: 'operational',
  official: 'operational',
  personal: 'personal',
  sensitive: 'sensitive',
}
const divisible = fc.tuple(specs, fc.constantFrom(...classifications)).chain(([parts, classification]) =>
  fc.record({
    schema: fc.constant(record(shapeOf(parts))),
    classification: fc.constant(classification),
    value: caseOf(parts, unsaid[classification]),
  }),
)

test('what was divided and stored is united again, whatever the schema and the case', () => {
  fc.assert(
    fc.property(divisible, ({ schema, classification, value }) => {
      assert.ok(schema.safeParse(value).success)
      const { open, sealed } = divide(protectionPlan(schema, classification), value)
      const stored = JSON.parse(JSON.stringify(open))
      assert.deepEqual(unite(stored, sealed && JSON.parse(JSON.stringify(sealed))), value)
    }),
    { numRuns: 2000 },
  )
})

test('nothing that is sealed stays in the open part, and nothing that is open is sealed', () => {
  fc.assert(
    fc.property(divisible, ({ schema, classification, value }) => {
      const { open, sealed } = divide(protectionPlan(schema, classification), value)
      assert.doesNotMatch(JSON.stringify(open), /secret|100\d{4}|79999-/)
      assert.doesNotMatch(JSON.stringify(sealed ?? {}), /clear/)
    }),
    { numRuns: 2000 },
  )
})

test('a plan says of each described field how it is protected', () => {
  fc.assert(
    fc.property(divisible, ({ schema, classification }) => {
      const plan = protectionPlan(schema, classification)
      for (const { path, kind, protection } of describeFields(schema)) {
        const planned = plan.protections.get(path)
        if (kind === 'text' || kind === 'number')
          assert.equal(planned, protection ?? unsaid[classification], path)
        if (kind === 'identifier') assert.notEqual(planned, 'operational', path)
      }
    }),
  )
})

test('lists of records stay aligned, entry by entry', () => {
  const plan = protectionPlan(
    record({
      heirs: list(
        label,
        record({ share: number(label), name: text(label, { protection: 'personal' }).optional() }),
        {
          max: 9,
        },
      ),
    }),
    'official',
  )
  const value = { heirs: [{ share: 1, name: 'Amna' }, { share: 2 }, { share: 3, name: 'Bilal' }] }
  assert.deepEqual(divide(plan, value), {
    open: { heirs: [{ share: 1 }, { share: 2 }, { share: 3 }] },
    sealed: { heirs: [{ name: 'Amna' }, null, { name: 'Bilal' }] },
  })
  assert.equal(divide(plan, { heirs: [{ share: 2 }] }).sealed, undefined)
})

test('a part that is sealed throughout is sealed as a whole, with what is missing of it', () => {
  const schema = record({
    number: text(label),
    applicant: part(label, { name: text(label).optional() }, { protection: 'personal' }),
    fee: money(label, { protection: 'sensitive' }),
  })
  const fee = { amountMinor: '100', currency: 'PKR' }
  const { open, sealed } = divide(protectionPlan(schema, 'official'), { number: 'A', applicant: {}, fee })
  assert.deepEqual([open, sealed], [{ number: 'A' }, { applicant: {}, fee }])
})

test('a field says otherwise than the part it stands in', () => {
  const owner = part(
    label,
    { name: text(label), district: text(label, { protection: 'operational' }) },
    { protection: 'sensitive' },
  )
  const { protections: planned } = protectionPlan(record({ owner }), 'open')
  assert.deepEqual(
    [...planned],
    [
      ['owner', 'sensitive'],
      ['owner.name', 'sensitive'],
      ['owner.district', 'operational'],
    ],
  )
})

test('nullable fields, defaults and rules between fields change nothing in the protection', () => {
  const schema = withRules(
    record({
      a: text(label, { protection: 'personal' }).nullable(),
      b: part(label, { c: text(label, { protection: 'personal' }), d: text(label) }).nullable(),
      e: date(label).default('2026-01-01'),
    }),
    [],
  )
  const plan = protectionPlan(schema, 'official')
  const whole = { a: null, b: null }
  assert.deepEqual(divide(plan, whole), { open: { b: null }, sealed: { a: null } })
  assert.deepEqual(unite({ b: null }, { a: null }), whole)
  assert.equal(plan.protections.get('e'), 'operational')
})

test('a schema of which a field could slip through is refused', () => {
  const loose = z.looseObject({ a: text(label) })
  assert.throws(() => protectionPlan(loose, 'personal'), /nobody described/)
  assert.throws(() => protectionPlan(z.object({ a: text(label) }), 'personal'), /nobody described/)
  assert.throws(() => protectionPlan(record({ a: z.string() }), 'personal'), /"a" has no label/)
  assert.throws(() => protectionPlan(text(label), 'personal'), /is a record/)
})

test('parts of two values are not united', () => {
  assert.throws(() => unite({ a: [1] }, { a: [1, 2] }), /not of one value/)
  assert.throws(() => unite({ a: 1 }, { a: { b: 2 } }), /not of one value/)
})
