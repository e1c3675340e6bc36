import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plantTable } from '../planted-table.ts'
import { seededRandom } from '../training/random.ts'
import type { Columns } from './columns.ts'
import { findLeaks, type LeakageInput } from './leakage.ts'
import { leakCodes } from './leakage-sentences.ts'
import { areaUnder, rankCorrelation } from './rank-statistics.ts'

const DAY = 86_400_000
const planted = plantTable(3_000, 1)
const { labels } = planted
const count = labels.length
const columns: Columns = Object.fromEntries(
  planted.features.map(({ name }) => [name, planted.rows.map((row) => row[name] ?? null)]),
)
const times = Float64Array.from(labels, (_, row) => row * DAY)
const random = seededRandom(9)

const codesOf = (input: Partial<LeakageInput> & { columns: Columns }) =>
  findLeaks({ labels, ...input }).map(({ code, feature }) => `${feature}: ${code}`)

const byRow = <T>(value: (row: number, label: number) => T): T[] =>
  Array.from(labels, (label, row) => value(row, label))

test('an honest table raises no suspicion, with times, delays and later rows to test on', () => {
  const later = plantTable(1_000, 2)
  const test = Object.fromEntries(
    later.features.map(({ name }) => [name, later.rows.map((row) => row[name] ?? null)]),
  )
  const outcomeTimes = times.map((time) => time + DAY * (1 + random.below(90)))
  const day = (time: number) => new Date(time).toISOString().slice(0, 10)
  const filed = times.map((time) => time - DAY * random.below(20))
  const dated = { ...columns, filed: Array.from(filed, day) }
  const datedTest = { ...test, filed: Array.from({ length: 1_000 }, (_, row) => day((count + row) * DAY)) }
  assert.deepEqual(codesOf({ columns: dated, times, outcomeTimes, test: datedTest }), [])
})

test('a feature that follows from the outcome is found, a strong one of before is not', () => {
  const strength = (noise: number) => byRow((_, label) => label + noise * (random.uniform() - 0.5))
  assert.deepEqual(codesOf({ columns: { fine: strength(1.2) } }), ['fine: outcome_ranked'])
  assert.deepEqual(codesOf({ columns: { strong: strength(1.6) } }), [])
  const result = byRow((_, label) =>
    label === 1 ? `seized ${random.below(5)}` : `passed ${random.below(5)}`,
  )
  assert.deepEqual(codesOf({ columns: { result } }), ['result: outcome_ranked', 'result: outcome_decided'])
})

test('a level stands for its share of the outcome, however many rows it has', () => {
  // Two hundred small levels of one outcome against a large one that is hardly ever right.
  const visit = byRow((_, label) =>
    label === 1 && random.uniform() < 0.98 ? `find ${random.below(200)}` : 'nothing',
  )
  assert.ok(codesOf({ columns: { visit } }).includes('visit: outcome_ranked'))
})

test('a value that decides half of the rarer outcome is found, one that decides a tenth is not', () => {
  const penalty = (share: number) =>
    byRow((row, label) => (label === 1 && random.uniform() < share ? 'paid' : `none ${row % 3}`))
  assert.deepEqual(codesOf({ columns: { penalty: penalty(0.7) } }), ['penalty: outcome_decided'])
  assert.deepEqual(codesOf({ columns: { penalty: penalty(0.1) } }), [])
  const grade = byRow((_, label) => (label === 1 && random.uniform() < 0.7 ? 3 : 1 + random.below(2)))
  assert.deepEqual(codesOf({ columns: { grade } }), ['grade: outcome_decided'])
})

test('few rows of chance purity are no finding', () => {
  // Levels of three rows are often pure; none is beyond chance.
  const small = byRow(() => `level ${random.below(1_000)}`)
  assert.deepEqual(codesOf({ columns: { small } }), [])
  const few = { columns: { x: [1, 2, 3, 4] }, labels: [0, 0, 1, 1] }
  assert.deepEqual(findLeaks(few), [])
})

test('a field that is filled in after the outcome tells it by being missing', () => {
  const filled = (chance: number) =>
    byRow((_, label) => (label === 1 || random.uniform() < chance ? random.uniform() : null))
  assert.deepEqual(codesOf({ columns: { fine: filled(0.05) } }), ['fine: outcome_in_missing'])
  assert.deepEqual(codesOf({ columns: { fine: filled(0.6) } }), [])
  const halfFilled = byRow((_, label) => (label === 1 && random.uniform() < 0.6 ? 'x' : null))
  assert.deepEqual(codesOf({ columns: { halfFilled } }), [
    'halfFilled: outcome_decided',
    'halfFilled: outcome_in_missing',
  ])
})

test('identifiers and running numbers are found, routes and measurements are not', () => {
  assert.deepEqual(codesOf({ columns: { name: byRow((row) => `case ${(row * 7_919) % count}`) } }), [
    'name: identifier',
  ])
  assert.deepEqual(codesOf({ columns: { number: byRow((row) => 10_000 + 3 * row) } }), [
    'number: running_number',
  ])
  assert.deepEqual(codesOf({ columns: { value: byRow((row) => (row * 7_919) % 100_003) } }), [])
})

test('values known too late, dates ahead and numbers that follow the delay are found', () => {
  const noise = columns.noise ?? []
  const knownAt = (lag: number) => ({ noise: times.map((time, row) => (row % 10 === 0 ? time + lag : time)) })
  assert.deepEqual(codesOf({ columns: { noise }, times, knownAt: knownAt(0) }), [])
  const [late] = findLeaks({ columns: { noise }, labels, times, knownAt: knownAt(1) })
  assert.deepEqual(late?.evidence, { later: count / 10, rows: count })
  assert.deepEqual(codesOf({ columns: { noise }, times, knownAt: { noise: times.map(() => Number.NaN) } }), [
    'noise: known_later',
  ])
  const dates = (ahead: number) => ({
    day: byRow((row) =>
      new Date((times[row] ?? 0) - DAY * (row % 50) + (row === 7 ? ahead * DAY + 7 * DAY : 0))
        .toISOString()
        .slice(0, 10),
    ),
  })
  assert.deepEqual(codesOf({ columns: dates(0), times }), [])
  assert.deepEqual(codesOf({ columns: dates(2), times }), ['day: date_ahead'])
  assert.deepEqual(codesOf({ columns: dates(2), times, plannedDates: ['day'] }), [])
  const delays = byRow(() => 1 + random.below(90))
  const outcomeTimes = times.map((time, row) => time + DAY * (delays[row] ?? 0))
  const open = (noise: number) => ({ open: delays.map((delay) => delay + noise * random.uniform()) })
  assert.deepEqual(codesOf({ columns: open(5), times, outcomeTimes }), ['open: delay_ranked'])
  assert.deepEqual(codesOf({ columns: open(300), times, outcomeTimes }), [])
})

test('the next day is no future where some clock on Earth already shows it', () => {
  const day = { day: byRow((row) => new Date((row + 1) * DAY).toISOString().slice(0, 10)) }
  const at = (hour: number) => times.map((time) => time + hour * 3_600_000)
  assert.deepEqual(
    codesOf({ columns: day, times: at(11), plannedDates: [] }).filter((one) => one.includes('ahead')),
    [],
  )
  assert.deepEqual(
    codesOf({ columns: day, times: at(9) }).filter((one) => one.includes('ahead')),
    ['day: date_ahead'],
  )
})

test('test rows that were learned are found, unless old cases look like new ones anyhow', () => {
  const fine = { x: byRow(() => random.uniform()), k: byRow((row) => `k${row % 5}`) }
  const learned = {
    x: [...fine.x.slice(0, 50), ...fine.x.slice(0, 950).map((x) => x + 1)],
    k: fine.k.slice(0, 1_000),
  }
  const [leak] = findLeaks({ columns: fine, labels, test: learned })
  assert.deepEqual(leak?.evidence, { repeated: 50, rows: 1_000, share: 0.05, within: 0 })
  assert.deepEqual(codesOf({ columns: { k: fine.k }, test: { k: fine.k.slice(0, 100) } }), [])
})

test('of numbers the rank correlation is the measure', () => {
  const amounts = byRow(() => random.uniform())
  const strength = (noise: number) => amounts.map((amount) => amount ** 3 + noise * random.uniform())
  assert.deepEqual(codesOf({ columns: { paid: strength(0) }, labels: amounts }), ['paid: outcome_ranked'])
  assert.deepEqual(codesOf({ columns: { paid: strength(0.5) }, labels: amounts }), [])
})

test('each finding says in both languages what it rests on', () => {
  const result = byRow((_, label) => `${label}`)
  const titles = { result: { en: 'Result of the visit', ur: 'معائنے کا نتیجہ' } }
  const [ranked, decided] = findLeaks({ columns: { result }, labels, titles })
  assert.match(
    ranked?.sentence.en ?? '',
    /“Result of the visit” alone ranks the outcome with 1\.000 \(1 is perfect\) on 1,500 rows/,
  )
  assert.match(ranked?.sentence.ur ?? '', /«معائنے کا نتیجہ».*1\.000/)
  assert.match(decided?.sentence.en ?? '', /\(100%\)/)
  const seen = new Set<string>()
  const everything = findLeaks({
    columns: {
      result,
      late: byRow((_, label) => (label === 1 ? 1 : null)),
      name: byRow((row) => `n${row}`),
      number: byRow((row) => row),
      day: byRow(() => '2099-01-01'),
      open: byRow((row) => (row * 7_919) % 100_003),
    },
    labels,
    times,
    outcomeTimes: times.map((time, row) => time + ((row * 7_919) % 100_003) * 1_000),
    knownAt: { late: times.map((time) => time + 1) },
    test: {
      result: ['1'],
      late: [1],
      name: ['n0'],
      number: [0],
      day: ['2099-01-01'],
      open: [0],
      ...(labels[0] === 1 ? {} : { result: ['0'], late: [null] }),
    },
  })
  for (const { code, sentence } of everything) {
    seen.add(code)
    for (const text of Object.values(sentence)) assert.doesNotMatch(text, /NaN|undefined/)
  }
  assert.deepEqual([...seen].sort(), [...leakCodes].sort())
})

test('areas and rank correlations are those of counting pairs', () => {
  const values = Float64Array.of(3, 1, 2, 2, 5)
  assert.equal(areaUnder(values, [1, 0, 0, 1, 1])?.auc, 5.5 / 6)
  assert.equal(areaUnder(values, [1, 1, 1, 1, 1]), null)
  assert.ok(
    Math.abs(
      rankCorrelation(
        values,
        values.map((value) => -value),
      ) + 1,
    ) < 1e-12,
  )
  assert.equal(rankCorrelation(values, new Float64Array(5)), 0)
})

test('what cannot be checked is refused', () => {
  const refuses = (input: Partial<LeakageInput>, code: string) =>
    assert.throws(() => findLeaks({ columns: { x: [1, 2] }, labels: [0, 1], ...input }), {
      name: 'TabularInputError',
      code,
    })
  refuses({ labels: [0] }, 'length_mismatch')
  refuses({ labels: [0, Number.NaN] }, 'label_not_finite')
  refuses({ times: [1] }, 'length_mismatch')
  refuses({ times: [1, Number.NaN] }, 'order_invalid')
  refuses({ knownAt: { x: [1, 2] } }, 'option_invalid')
  refuses({ times: [1, 2], knownAt: { y: [1, 2] } }, 'feature_missing')
  refuses({ test: { y: [1] } }, 'feature_missing')
})
