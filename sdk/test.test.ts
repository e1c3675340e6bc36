import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import { date, defineApplication, defineFeatures, defineModel, record, text } from './index.ts'
import { testApplication } from './test.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })
const Case = record({ number: text(named('Number')), filedOn: date(named('Filed on')) })
const Outcome = record({ note: text(named('Note')) })

const bench = testApplication(
  defineApplication({
    id: 'licences',
    title: named('Licences'),
    purpose: named('Purpose'),
    legalBasis: 'Local Government Act 2013, section 54',
    classification: 'official',
    case: Case,
    outcome: Outcome,
    roles: { inspector: named('Inspector') },
    models: {
      risk: defineModel(
        { case: Case, outcome: Outcome },
        {
          engine: 'tabular',
          features: defineFeatures({ digits: { kind: 'number', label: named('Digits') } }),
          extract: ({ number }) => ({ digits: number.length }),
          label: () => true,
        },
      ),
    },
    recommendations: { inspect: { label: named('Inspect'), adverse: true, review: { role: 'inspector' } } },
    fallback: { role: 'inspector' },
    reference: ({ number }) => number,
    occurredOn: ({ filedOn }) => filedOn,
    summary: ['number'],
    async decide(given, { models }) {
      return { recommendation: 'inspect', ...(await models.risk.score(given)) }
    },
  }),
)
const given = { number: 'A-1', filedOn: '2026-01-31' }

describe('a test bench', () => {
  test('decides with the stated score, and names every feature with its value as a reason', async () => {
    assert.deepEqual(await bench.decide(given, { risk: 0.25 }), {
      recommendation: 'inspect',
      score: 0.25,
      reasons: [{ code: 'digits', weight: 1, value: 3 }],
    })
  })

  test('passes the failure of a model on', async () => {
    await assert.rejects(bench.decide(given, { risk: new Error('gone') }), /gone/)
  })

  test('wants an answer for every model that is called', async () => {
    await assert.rejects(bench.decide(given), /states no answer/)
  })

  test('names the refused fields', async () => {
    assert.deepEqual(bench.refusedFields({ ...given, filedOn: 'today' }), ['filedOn'])
    await assert.rejects(bench.decide({}), /number: field.missing; filedOn: field.missing/)
  })
})
