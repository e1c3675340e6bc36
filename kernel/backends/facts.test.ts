import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countries } from './countries.ts'
import { jurisdictionOf, jurisdictions, keyHolderOf, strictest } from './facts.ts'

const now = new Date('2026-06-01T00:00:00Z')
const later = new Date(now.getTime() + 1)
const home = {
  location: 'PK',
  operatorLaw: 'PK',
  ownerLaw: 'PK',
  keyHolder: 'institution',
  expiresAt: later,
} as const
const at = (facts: object, when = now) => jurisdictionOf({ ...home, ...facts }, 'PK', when)

test('domestic are four facts of the home country, and nothing less', () => {
  assert.deepEqual(jurisdictions, ['domestic', 'foreign'])
  assert.equal(at({}), 'domestic')
  assert.equal(at({ keyHolder: 'PK' }), 'domestic')
  assert.equal(at({ expiresAt: 'while_installed' }), 'domestic')
  for (const fact of ['location', 'operatorLaw', 'ownerLaw', 'keyHolder'])
    for (const law of ['US', 'unknown']) assert.equal(at({ [fact]: law }), 'foreign', `${fact} ${law}`)
})
test('facts are good until they expire, to the millisecond', () => {
  assert.equal(at({}, new Date(later.getTime() - 1)), 'domestic')
  assert.equal(at({}, later), 'foreign')
  assert.equal(at({ expiresAt: new Date(Number.NaN) }), 'foreign')
  assert.equal(at({}, new Date(Number.NaN)), 'foreign')
  assert.equal(keyHolderOf(home, 'PK', later), 'foreign')
  assert.equal(keyHolderOf(home, 'PK', now), 'institution')
})
test('a home country that is none makes everything foreign', () => {
  for (const country of ['', 'unknown', 'institution', 'pk', 'EU'])
    assert.equal(
      jurisdictionOf({ ...home, location: country, operatorLaw: country, ownerLaw: country }, country, now),
      'foreign',
    )
})
test('whatever is drawn, one fact from elsewhere is enough', () => {
  const law = fc.constantFrom('PK', 'AE', 'unknown')
  const drawn = fc.record({
    location: law,
    operatorLaw: law,
    ownerLaw: law,
    keyHolder: fc.constantFrom('institution', 'PK', 'AE', 'unknown'),
  })
  fc.assert(
    fc.property(drawn, ({ keyHolder, ...laws }) => {
      const isHome =
        Object.values(laws).every((one) => one === 'PK') && ['PK', 'institution'].includes(keyHolder)
      assert.equal(at({ ...laws, keyHolder }), isHome ? 'domestic' : 'foreign')
    }),
  )
})
test('countries are those of ISO 3166-1', () => {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
  assert.equal(new Set(countries).size, 249)
  for (const code of countries) assert.ok(names.of(code), code)
  for (const none of ['EU', 'UN', 'XK', 'ZZ', 'AN', 'SU']) assert.ok(!countries.includes(none))
})
test('together with stricter data all of it is as strict', () => {
  assert.equal(strictest([]), 'open')
  assert.equal(strictest(['open', 'sensitive', 'official', 'personal']), 'sensitive')
})
