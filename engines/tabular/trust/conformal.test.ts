import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../training/random.ts'
import { conformalRank, conformalThreshold } from './conformal.ts'
import { fitConformalIntervals, intervalMaker } from './conformal-intervals.ts'
import { type ConformalDivision, conformalDivisions, fitConformalSets, setMaker } from './conformal-sets.ts'
import { measureIntervalCoverage, measureSetCoverage } from './coverage.ts'
import { coveredBand } from './coverage-law.ts'
import fixture from './distributions.fixture.json' with { type: 'json' }

type Random = ReturnType<typeof seededRandom>

/** Two groups whose scores mean different things, and labels drawn by what they mean; a share of them is turned round. */
const drawCases = (count: number, random: Random, turned = 0) => {
  const groups = Array.from({ length: count }, () => (random.uniform() < 0.3 ? 'rural' : 'urban'))
  const scores = Float64Array.from(groups, () => random.uniform())
  const labels = scores.map((score, i) => {
    const truth = groups[i] === 'rural' ? 0.25 + score / 2 : score
    return random.uniform() < truth === random.uniform() >= turned ? 1 : 0
  })
  return { labels, scores, groups }
}

const drawNumbers = (count: number, random: Random, spread = 1) => {
  const groups = Array.from({ length: count }, () => (random.uniform() < 0.3 ? 'rural' : 'urban'))
  const predictions = Float64Array.from(groups, () => 10 * random.uniform())
  const labels = predictions.map((value, i) => {
    const scale = groups[i] === 'rural' ? 3 : 1
    return value + spread * scale * (random.uniform() + random.uniform() - 1)
  })
  return { labels, predictions, groups }
}

test('the rank is ⌈(n + 1)(1 − α)⌉, to the case', () => {
  assert.equal(conformalRank(9, 0.1), 9)
  assert.equal(conformalRank(99, 0.05), 95)
  assert.equal(conformalRank(100, 0.1), 91)
  assert.equal(conformalRank(8, 0.1), 9) // More than there are: nothing can be left out.
  assert.equal(conformalThreshold(Float64Array.of(5, 1, 3), 0.5).threshold, 3)
  assert.equal(conformalThreshold(Float64Array.of(5, 1, 3), 0.1).threshold, Number.POSITIVE_INFINITY)
})

test('of any n + 1 cases, leaving each out in turn, at most a share α is missed', () => {
  const list = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 40 })
  fc.assert(
    fc.property(list, fc.double({ min: 0.02, max: 0.9, noNaN: true }), (values, alpha) => {
      const missed = values.filter((value, i) => {
        const rest = Float64Array.from(values.filter((_, j) => j !== i))
        return value > conformalThreshold(rest, alpha).threshold
      })
      assert.ok(missed.length <= alpha * values.length + 1e-6, `${missed.length} of ${values.length}`)
    }),
  )
})

test('the band of covered cases is that of the beta-binomial law, and of sums of such', () => {
  for (const [calibrated = 0, rank = 0, tested = 0, confidence = 0, low, high] of fixture.betaBinomialBand)
    assert.deepEqual(coveredBand([{ calibrated, rank, tested }], confidence), { low, high })
  const { laws, confidence, low, high } = fixture.sumBand
  const parts = laws.map(([calibrated = 0, rank = 0, tested = 0]) => ({ calibrated, rank, tested }))
  assert.deepEqual(coveredBand(parts, confidence), { low, high })
  assert.deepEqual(coveredBand([{ calibrated: 3, rank: 4, tested: 9 }], 0.9), { low: 9, high: 9 })
})

test('400,000 cases in twenty groups have the band of their sum', () => {
  const laws = Array.from({ length: 20 }, () => ({ calibrated: 4_000, rank: 3_601, tested: 20_000 }))
  const { low, high } = coveredBand(laws, 0.99)
  // Normal approximation: sd = √(Σ m·p·q·(n + 1 + m) / (n + 2)), p = k / (n + 1).
  const p = 3_601 / 4_001
  const sd = Math.sqrt((20 * 20_000 * p * (1 - p) * (4_001 + 20_000)) / 4_002)
  assert.ok(Math.abs(low - (4e5 * p - 2.5758 * sd)) < 0.05 * sd)
  assert.ok(Math.abs(high - (4e5 * p + 2.5758 * sd)) < 0.05 * sd)
})

/** Share of 200 draws of calibration and test cases whose line of the report is inside a band of 0.9. */
const shareWithin = (line: (random: Random) => { verdict: string } | undefined) => {
  let within = 0
  for (let seed = 0; seed < 200; seed++) if (line(seededRandom(seed))?.verdict === 'within') within++
  return within / 200
}

test('sound sets are inside a band of 0.9 in about nine draws of ten, whole and by group', () => {
  for (const division of ['split', 'group'] as const) {
    const share = shareWithin((random) => {
      const sets = fitConformalSets(drawCases(150, random), { alpha: 0.2, division })
      return measureSetCoverage(sets, drawCases(300, random), { confidence: 0.9 }).whole
    })
    // Four standard deviations of 200 draws are 8 points; counts are whole, so bands cover a little more than they say.
    assert.ok(share > 0.82 && share < 0.99, `${division}: ${share}`)
  }
  const rural = shareWithin((random) => {
    const sets = fitConformalSets(drawCases(150, random), { alpha: 0.2, division: 'class_and_group' })
    const { parts } = measureSetCoverage(sets, drawCases(300, random), { confidence: 0.9 })
    return parts.find(({ group, label }) => group === 'rural' && label === 1)
  })
  assert.ok(rural > 0.82, `${rural}`)
})

test('a population that has changed leaves the band', () => {
  const random = seededRandom(1)
  const sets = fitConformalSets(drawCases(1_000, random), { alpha: 0.1 })
  assert.equal(measureSetCoverage(sets, drawCases(2_000, random)).whole.verdict, 'within')
  assert.equal(measureSetCoverage(sets, drawCases(2_000, random, 0.3)).whole.verdict, 'below')
  const fit = fitConformalIntervals(drawNumbers(1_000, random), { alpha: 0.1 })
  assert.equal(measureIntervalCoverage(fit, drawNumbers(2_000, random)).whole.verdict, 'within')
  assert.equal(measureIntervalCoverage(fit, drawNumbers(2_000, random, 1.3)).whole.verdict, 'below')
  assert.equal(measureIntervalCoverage(fit, drawNumbers(2_000, random, 0.5)).whole.verdict, 'above')
})

test('one threshold for all fails a group that thresholds by group keep', () => {
  const random = seededRandom(2)
  const [past, now] = [drawNumbers(2_000, random), drawNumbers(3_000, random)]
  const verdict = (division: 'split' | 'group') => {
    const fit = fitConformalIntervals(past, { alpha: 0.1, division })
    const { whole, parts } = measureIntervalCoverage(fit, now)
    assert.equal(whole.verdict, 'within')
    return parts.map(({ group, verdict }) => `${group} ${verdict}`)
  }
  assert.deepEqual(verdict('split'), ['rural below', 'urban above'])
  assert.deepEqual(verdict('group'), ['rural within', 'urban within'])
})

test('quantiles of a wrong width are widened or narrowed until they cover, and stay narrow where labels do', () => {
  const random = seededRandom(3)
  const quantiles = ({ predictions, groups, labels }: ReturnType<typeof drawNumbers>, width: number) => ({
    labels,
    groups,
    low: predictions.map((value, i) => value - (groups[i] === 'rural' ? 3 * width : width)),
    high: predictions.map((value, i) => value + (groups[i] === 'rural' ? 3 * width : width)),
  })
  for (const width of [0.4, 0.9]) {
    const fit = fitConformalIntervals(quantiles(drawNumbers(1_000, random), width), { alpha: 0.1 })
    const { whole, parts } = measureIntervalCoverage(fit, quantiles(drawNumbers(3_000, random), width))
    assert.equal(whole.verdict, 'within')
    const [rural, urban] = parts
    assert.ok((rural?.size ?? 0) > 1.2 * (urban?.size ?? 0))
    assert.equal(Math.sign(fit.categories[0]?.threshold ?? 0), width === 0.4 ? 1 : -1)
  }
})

test('an interval that would be drawn in beyond its middle is a point', () => {
  const fit = fitConformalIntervals({ labels: [5, 5, 5], low: [0, 0, 0], high: [10, 10, 10] }, { alpha: 0.5 })
  assert.equal(fit.categories[0]?.threshold, -5)
  assert.deepEqual(intervalMaker(fit, { low: [2], high: [4] }).intervalAt(0), {
    low: 3,
    high: 3,
    category: 0,
  })
})

test('too few cases of a group promise nothing: its sets hold both labels', () => {
  const cases = { labels: [0, 1, 1], scores: [0.1, 0.9, 0.8], groups: ['a', 'a', 'b'] }
  const sets = fitConformalSets(cases, { alpha: 0.5, division: 'group' })
  const { setOf } = setMaker(sets)
  assert.deepEqual(setOf(0.9, 'a'), { negative: false, positive: true })
  assert.deepEqual(setOf(0.5, 'a'), { negative: false, positive: false })
  const wide = setMaker(fitConformalSets(cases, { alpha: 0.1, division: 'group' }))
  assert.deepEqual(wide.setOf(0.99, 'b'), { negative: true, positive: true })
})

test('a label as strange as the threshold is still held', () => {
  const { setOf } = setMaker(fitConformalSets({ labels: [0], scores: [0.25] }, { alpha: 0.5 }))
  assert.equal(setOf(0.25).negative, true)
  assert.equal(setOf(0.26).negative, false)
})

test('every division keeps its own categories', () => {
  const cases = drawCases(100, seededRandom(1))
  const counts: Record<ConformalDivision, number> = { split: 1, class: 2, group: 2, class_and_group: 4 }
  for (const division of conformalDivisions)
    assert.equal(fitConformalSets(cases, { alpha: 0.1, division }).categories.length, counts[division])
})

test('what cannot be promised is refused', () => {
  const cases = { labels: [0, 1], scores: [0.2, 0.8], groups: ['a', 'b'] }
  const sets = (over: object, options: object = {}) =>
    assert.throws.bind(null, () => fitConformalSets({ ...cases, ...over }, { alpha: 0.1, ...options }))
  sets({ labels: [] })({ code: 'rows_empty' })
  sets({ labels: [0, 2] })({ code: 'label_not_binary' })
  sets({ scores: [0, Number.NaN] })({ code: 'score_invalid' })
  sets({ groups: ['a'] })({ code: 'length_mismatch' })
  sets({ groups: undefined }, { division: 'group' })({ code: 'groups_invalid' })
  for (const alpha of [0, 1, Number.NaN]) sets({}, { alpha })({ code: 'option_invalid' })
  const byGroup = setMaker(fitConformalSets(cases, { alpha: 0.1, division: 'group' }))
  assert.throws(() => byGroup.setOf(0.5, 'c'), { code: 'group_unknown' })
  assert.throws(() => byGroup.setOf(0.5), { code: 'groups_invalid' })
  const intervals = { labels: [1, 2], predictions: [1, 2] }
  assert.throws(() => fitConformalIntervals({ ...intervals, labels: [1, Number.NaN] }, { alpha: 0.1 }), {
    code: 'label_not_finite',
  })
  assert.throws(() => fitConformalIntervals({ ...intervals, predictions: [1, Infinity] }, { alpha: 0.1 }), {
    code: 'prediction_invalid',
  })
  const fit = fitConformalIntervals(intervals, { alpha: 0.1 })
  assert.throws(() => intervalMaker(fit, { low: [1], high: [2] }), { code: 'option_invalid' })
})
