/**
 * What must not compile. Nothing here runs: the type check refuses this file as soon as one of the marked lines compiles,
 * because `@ts-expect-error` without an error is itself one.
 */
import { test } from 'node:test'
import {
  choice,
  date,
  defineApplication,
  defineFeatures,
  defineModel,
  type FeatureRow,
  record,
  type SampleCase,
  type SampleOptions,
  text,
  type z,
} from './index.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })
const Case = record({ number: text(named('Number')), filedOn: date(named('Filed on')) })
const Outcome = record({ finding: choice(named('Finding'), { fit: named('Fit'), unfit: named('Unfit') }) })
const features = defineFeatures({
  digits: { kind: 'number', label: named('Digits') },
  prefix: { kind: 'code', label: named('Prefix') },
})
const extract = ({ number }: { number: string }): FeatureRow<typeof features> => ({
  digits: number.length,
  prefix: number.slice(0, 2),
})
const schemas = { case: Case, outcome: Outcome }
const risk = defineModel(schemas, {
  engine: 'tabular',
  features,
  extract,
  label: ({ finding }) => finding === 'unfit',
})

const common = {
  id: 'licences',
  title: named('Licences'),
  purpose: named('Purpose'),
  legalBasis: 'Local Government Act 2013, section 54',
  classification: 'official',
  case: Case,
  outcome: Outcome,
  roles: { inspector: named('Inspector') },
  models: { risk },
  recommendations: {
    pass: { label: named('Pass'), review: { role: 'inspector', sample: 0.1 } },
    inspect: { label: named('Inspect'), adverse: true, review: { role: 'inspector' } },
  },
  fallback: { role: 'inspector' },
  summary: ['number'],
} as const

/** A maker of samples states its return type: a literal returned in place would widen to `string`. */
function* sample({
  count,
}: SampleOptions): Generator<SampleCase<z.input<typeof Case>, z.input<typeof Outcome>>> {
  yield { case: { number: String(count), filedOn: '2026-01-31' }, outcome: { finding: 'fit' } }
}

export const sound = () =>
  defineApplication({
    ...common,
    reference: ({ number }) => number,
    occurredOn: ({ filedOn }) => filedOn,
    sample,
    async decide(given, { models }) {
      const { score, reasons } = await models.risk.score(given)
      return { recommendation: score > 0.5 ? 'inspect' : 'pass', score, reasons }
    },
  })

const rest = {
  reference: () => '1',
  occurredOn: () => '2026-01-31',
  decide: async () => ({ recommendation: 'inspect', reasons: [] }) as const,
}

export const misspelt = [
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: no recommendation is called so
      decide: async () => ({ recommendation: 'inspekt', reasons: [] }),
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: no model is called so
      decide: async (given, { models }) => ({ recommendation: 'pass', ...(await models.rsik.score(given)) }),
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: no role is called so
      fallback: { role: 'inspektor' },
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      recommendations: {
        // @ts-expect-error: no role is called so
        inspect: { label: named('Inspect'), review: { role: 'inspektor' } },
      },
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: the case has no such field
      reference: ({ nummer }) => nummer,
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: there is no such class
      classification: 'secret',
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: a title exists in both languages
      title: { en: 'Licences' },
    }),
  () =>
    defineApplication({
      ...common,
      ...rest,
      // @ts-expect-error: a sample is a case that the schema takes
      sample: () => [{ case: { number: '1' } }],
    }),
  () =>
    defineModel(schemas, {
      engine: 'tabular',
      features,
      extract,
      // @ts-expect-error: no finding is called so
      label: ({ finding }) => finding === 'unfitt',
    }),
  () =>
    defineModel(schemas, {
      engine: 'tabular',
      features,
      // @ts-expect-error: a feature is missing
      extract: ({ number }) => ({ digits: number.length }),
      label: () => true,
    }),
  () =>
    defineModel(schemas, {
      engine: 'tabular',
      features,
      // @ts-expect-error: a code is a text, for its leading zeros
      extract: () => ({ digits: 1, prefix: 7 }),
      label: () => true,
    }),
  // @ts-expect-error: there is no such kind of feature
  () => defineFeatures({ age: { kind: 'integer', label: named('Age') } }),
]

test('a misspelt recommendation, model, role, field or feature does not compile', () => {
  // Held by the type check of this file.
})
