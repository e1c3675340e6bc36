import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Application, FeatureRow } from '@khudi/sdk'
import parcels from '../../test/applications/parcels/application.ts'
import { Refusal } from '../errors.ts'
import { refuseCarried } from './carried.ts'
import { readExample } from './run.ts'

interface Parcel {
  readonly contents: string
  readonly senderName?: string
}

/** The parcels, with another feature of their contents. */
function seeing(contents: (parcel: Parcel) => string | null): Application {
  const { danger } = parcels.models
  assert.ok(danger)
  const { features } = danger
  const extract = (given: unknown): FeatureRow<typeof features> =>
    JSON.parse(JSON.stringify({ weightKg: 1, contents: contents(given as Parcel) }))
  return { ...parcels, models: { danger: { ...danger, extract } } }
}

function refusal(application: Application, given: readonly Parcel[]) {
  const examples = given.flatMap(({ contents, senderName }, index) => {
    const open = { parcelNumber: `P-${index}`, sentOn: '2026-01-01', weightKg: 1, contents }
    const learned = readExample(application, 'danger', {
      payload: JSON.stringify(open),
      secret: senderName === undefined ? null : JSON.stringify({ senderName }),
      outcome: '{"finding":"harmless"}',
      outcomeSecret: null,
    })
    return learned === undefined ? [] : [{ row: learned.row(), learned }]
  })
  try {
    refuseCarried(application, 'danger', examples)
    return undefined
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return [error.code, error.parameters]
  }
}

const carried = ['model.carries_personal_data', { model: 'danger', feature: 'contents' }]

const people: readonly Parcel[] = [
  { contents: 'books', senderName: 'Bashir' },
  { contents: 'cloth', senderName: 'Zainab' },
  { contents: 'cloth' },
]

test('a model whose features are of the goods carries nobody', () => {
  assert.equal(
    refusal(
      seeing(({ contents }) => contents),
      people,
    ),
    undefined,
  )
})

const carrying: readonly (readonly [what: string, contents: (parcel: Parcel) => string | null])[] = [
  ['is the name', ({ senderName }) => senderName ?? null],
  ['has the name in it', ({ contents, senderName }) => `${contents} of ${senderName}`],
  ['has the name in capitals', ({ senderName }) => senderName?.toUpperCase() ?? null],
  ['has the name of some only', ({ senderName }) => (senderName === 'Zainab' ? 'zainab' : 'other')],
]
for (const [what, contents] of carrying) {
  test(`a feature that ${what} refuses the training`, () => {
    assert.deepEqual(refusal(seeing(contents), people), carried)
  })
}

test('a sender who is called like the goods refuses nothing', () => {
  const given = [...people, { contents: 'cotton', senderName: 'Cotton' }]
  assert.equal(
    refusal(
      seeing(({ contents }) => contents),
      given,
    ),
    undefined,
  )
})

test('where there is nobody to compare with, the feature is held to be made from what is sealed', () => {
  const given = [{ contents: 'cotton', senderName: 'Cotton' }, { contents: 'cloth' }]
  assert.deepEqual(
    refusal(
      seeing(({ contents }) => contents),
      given,
    ),
    carried,
  )
})
