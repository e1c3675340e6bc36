import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import permits from '../../test/applications/permits/application.ts'
import { drawOf, eventOf, reviewOf } from './review-rule.ts'

const key = Buffer.alloc(32, 7)
const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('an adverse recommendation is reviewed, whatever the draw', () => {
  fc.assert(
    fc.property(draw, (drawn) => {
      assert.deepEqual(reviewOf(permits, 'refuse', drawn), {
        review: 'required',
        reviewRole: 'permits.inspector',
      })
    }),
  )
})

test('where a model failed the fallback role decides unaided, whatever the draw', () => {
  fc.assert(
    fc.property(draw, (drawn) => {
      assert.deepEqual(reviewOf(permits, null, drawn), { review: 'unaided', reviewRole: 'permits.clerk' })
    }),
  )
})

test('a recommendation that the application no longer declares is decided unaided', () => {
  assert.equal(reviewOf(permits, 'withdrawn', 0.5).review, 'unaided')
})

test('a sampled recommendation is looked at below its share and takes effect above', () => {
  assert.deepEqual(reviewOf(permits, 'lot', 0.2499), { review: 'sampled', reviewRole: 'permits.clerk' })
  assert.deepEqual(reviewOf(permits, 'lot', 0.25), { review: 'automatic', reviewRole: null })
  assert.equal(reviewOf(permits, 'grant', 0).review, 'automatic', 'a share of nought draws nobody')
})

test('only what takes effect at once decides the case', () => {
  assert.equal(eventOf('automatic'), 'decision.took_effect')
  for (const review of ['sampled', 'required', 'unaided'] as const)
    assert.equal(eventOf(review), 'decision.needs_review')
})

test('the draw is uniform: the share that is looked at is the declared one', () => {
  const count = 20_000
  const references = Array.from({ length: count }, (_, index) => `PERMIT-${index}`)
  for (const share of [0.01, 0.05, 0.25, 0.5]) {
    const seen = references.filter((reference) => drawOf(key, 'permits', reference) < share).length
    // Five standard deviations of a binomial: wrong once in two million, and the key is fixed.
    const tolerance = 5 * Math.sqrt((share * (1 - share)) / count)
    assert.ok(Math.abs(seen / count - share) < tolerance, `${seen} of ${count} for a share of ${share}`)
  }
})

test('the draw is the same at every replay, and another for another key, application or case', () => {
  fc.assert(
    fc.property(fc.string(), fc.uint8Array({ minLength: 32, maxLength: 32 }), (reference, samplingKey) => {
      const drawn = drawOf(samplingKey, 'permits', reference)
      assert.ok(drawn >= 0 && drawn < 1)
      assert.equal(drawOf(samplingKey, 'permits', reference), drawn)
      assert.notEqual(drawOf(samplingKey, 'parcels', reference), drawn)
      assert.notEqual(drawOf(samplingKey, 'permits', `${reference}.`), drawn)
      assert.notEqual(drawOf(Buffer.from(samplingKey).reverse().fill(1, 0, 1), 'permits', reference), drawn)
    }),
  )
})
