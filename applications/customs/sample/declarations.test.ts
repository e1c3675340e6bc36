import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { readWith } from '@khudi/sdk'
import fc from 'fast-check'
import { Declaration, type DeclarationInput, Examination } from '../case.ts'
import { features } from '../features.ts'
import { type GeneratedDeclaration, generateDeclarations } from './declarations.ts'
import { commodities, commodityOf } from './tariff.ts'

const count = 20_000
const market = [...generateDeclarations({ seed: 2, count })]
const isIllicit = ({ outcome }: GeneratedDeclaration) => outcome.finding !== 'none'

test('the same seed gives the same bytes, another seed gives others', () => {
  const digest = (seed: number) => {
    const hash = createHash('sha256')
    for (const made of generateDeclarations({ seed, count: 300 })) hash.update(JSON.stringify(made))
    return hash.digest('hex')
  }
  assert.equal(digest(7), digest(7))
  assert.notEqual(digest(7), digest(8))
})

test('whatever the seed, declarations and outcomes are valid, in order and within the period', () => {
  const period = { from: '2024-02-28', to: '2024-03-03' }
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const made = [...generateDeclarations({ seed, count: 40, ...period })]
      const days = made.map(({ case: given }) => given.filedOn)
      assert.deepEqual(days, days.toSorted())
      assert.ok(days.every((day) => day >= period.from && day <= period.to))
      assert.equal(new Set(made.map(({ case: given }) => given.declarationNumber)).size, made.length)
      for (const { case: given, outcome } of made) {
        assert.ok(readWith(Declaration, given).ok && readWith(Examination, outcome).ok)
        assert.ok(outcome.examinedOn >= given.filedOn)
      }
    }),
    { numRuns: 25 },
  )
})

test('one to eight in a hundred are illicit, by every kind of lie, some of them critical', () => {
  const illicit = market.filter(isIllicit)
  assert.ok(illicit.length > 0.01 * count && illicit.length < 0.08 * count, String(illicit.length))
  const kinds = new Set(illicit.map(({ outcome }) => outcome.misdeclared))
  assert.deepEqual([...kinds].toSorted(), ['classification', 'origin', 'quantity', 'value'])
  assert.ok(illicit.some(({ outcome }) => outcome.finding === 'critical'))
})

test('a lie costs the treasury something, and the outcome says how much', () => {
  for (const { outcome } of market.filter(isIllicit)) {
    assert.ok(BigInt(outcome.additionalDuty?.amountMinor ?? 0) > 0n)
  }
})

test('nobody outside the made-up market appears', () => {
  for (const { case: given } of market) {
    assert.match(given.importerId, /^IMP-\d{4}$/)
    assert.match(given.declarantId, /^AGT-\d{4}$/)
    assert.match(given.sellerId ?? '', /^SUP-[A-Z]{2}-\d{6}-\d$/)
    assert.match(given.importerNtn ?? '9999000', /^9999\d{3}$/)
  }
})

test('a period that ends before it begins, a broken seed and a broken count are refused', () => {
  const next = (options: Parameters<typeof generateDeclarations>[0]) => () =>
    generateDeclarations(options).next()
  assert.throws(next({ seed: 1, count: 1, from: '2026-01-02', to: '2026-01-01' }), RangeError)
  assert.throws(next({ seed: 1, count: 1, from: '2026-02-30' }), RangeError)
  assert.throws(next({ seed: -1, count: 1 }), RangeError)
  assert.throws(next({ seed: 1, count: 1.5 }), RangeError)
})

test('goods are passed off only as goods with a lower rate', () => {
  for (const { passedOffAs, ratePercent } of commodities) {
    if (passedOffAs !== undefined) assert.ok(commodityOf(passedOffAs).ratePercent < ratePercent, passedOffAs)
  }
})

describe('no feature can read the truth', () => {
  /** What each lie is about; everything else in the declaration stays as an honest declarant would have it. */
  const falsified: Readonly<Record<string, readonly (keyof DeclarationInput)[]>> = {
    value: ['invoiceValue', 'customsValue'],
    quantity: ['invoiceValue', 'customsValue', 'netMassKg', 'quantity'],
    classification: [
      'commodityCode',
      'goodsDescription',
      'dutyRatePercent',
      'taxType',
      'originCertificate',
      'quantity',
      'quantityUnit',
      'customsValue',
    ],
    origin: [
      'countryOfOrigin',
      'countryOfDeparture',
      'portOfLoading',
      'dutyRatePercent',
      'taxType',
      'originCertificate',
    ],
  }

  test('a lie shows only in the fields it is about, and the truth shows nowhere else', () => {
    for (const { case: given, truthful, outcome } of market) {
      const permitted = falsified[outcome.misdeclared ?? ''] ?? []
      const withoutLie = (declared: DeclarationInput) =>
        Object.entries(declared).filter(([name]) => !permitted.some((field) => field === name))
      assert.deepEqual(withoutLie(given), withoutLie(truthful))
    }
  })

  const rows = market.map((made) => ({
    declared: featuresOf(made.case),
    truthful: featuresOf(made.truthful),
    isIllicit: isIllicit(made),
  }))
  type Name = keyof ReturnType<typeof features>

  /** Area under the ROC curve, on the later quarter, of summed log odds learned from the earlier three. */
  function auc(of: 'declared' | 'truthful', names: readonly Name[]): number {
    const cut = 0.75 * rows.length
    const histories = names.map((name) => {
      const history = new Map<string, { seen: number; illicit: number }>()
      for (const row of rows.slice(0, cut)) {
        const level = levelOf(row[of][name])
        const { seen, illicit } = history.get(level) ?? { seen: 0, illicit: 0 }
        history.set(level, { seen: seen + 1, illicit: illicit + Number(row.isIllicit) })
      }
      return { name, history }
    })
    const scored = rows.slice(cut).map((row) => ({
      isIllicit: row.isIllicit,
      score: histories.reduce((sum, { name, history }) => {
        const { seen, illicit } = history.get(levelOf(row[of][name])) ?? { seen: 0, illicit: 0 }
        const share = (illicit + 0.4) / (seen + 10)
        return sum + Math.log(share / (1 - share))
      }, 0),
    }))
    return rankSumAuc(scored)
  }

  test('no single feature tells the illicit from the rest', () => {
    const names = Object.keys(rows[0]?.declared ?? {}).filter(
      (name): name is Name => name in (rows[0]?.declared ?? {}),
    )
    for (const name of names) assert.ok(auc('declared', [name]) < 0.87, `${name} ${auc('declared', [name])}`)
  })

  test('what was declared can be learned from, never perfectly; what is true says only which trade tempts', () => {
    const names = ['valueBand', 'fineValueBand', 'tarePercent'] as const
    const declared = auc('declared', names)
    const truthful = auc('truthful', names)
    assert.ok(declared > 0.8 && declared < 0.95, `declared ${declared}`)
    assert.ok(truthful < declared - 0.08, `truthful ${truthful}`)
  })
})

function featuresOf(given: DeclarationInput) {
  const read = readWith(Declaration, given)
  assert.ok(read.ok)
  return features(read.value)
}

/** Numbers in steps of three, so that they repeat. */
function levelOf(value: string | number | null): string {
  return typeof value === 'number' ? String(Math.floor(value / 3)) : String(value)
}

/** Mann and Whitney's statistic, ties counted half. */
function rankSumAuc(scored: readonly { readonly isIllicit: boolean; readonly score: number }[]): number {
  const ordered = scored.toSorted((a, b) => a.score - b.score)
  const positives = scored.filter(({ isIllicit }) => isIllicit).length
  let rankSum = 0
  for (let start = 0; start < ordered.length; ) {
    let end = start
    while (ordered[end]?.score === ordered[start]?.score && end < ordered.length) end++
    const ties = ordered.slice(start, end)
    rankSum += ((start + 1 + end) / 2) * ties.filter(({ isIllicit }) => isIllicit).length
    start = end
  }
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (scored.length - positives))
}
