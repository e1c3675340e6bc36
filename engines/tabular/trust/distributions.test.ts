/**
 * Against scipy 1.x, whose version stands in the fixture: `stats.beta.cdf` and `.ppf`, `special.gammaln`, `stats.norm.ppf`,
 * `stats.binomtest(k, n).proportion_ci(confidence, 'exact' | 'wilson')`, at the arguments that stand beside each answer.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fixture from './distributions.fixture.json' with { type: 'json' }
import {
  betaCdf,
  betaQuantile,
  exactInterval,
  logGamma,
  normalQuantile,
  wilsonInterval,
} from './distributions.ts'

const near = (actual: number, expected = Number.NaN, tolerance = 1e-9): void =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1e-3, Math.abs(expected)),
    `${actual} is not ${expected}`,
  )

test('laws of chance agree with scipy', () => {
  for (const [x = 0, expected] of fixture.logGamma) near(logGamma(x), expected, 1e-12)
  for (const [p = 0, expected] of fixture.normalQuantile) near(normalQuantile(p), expected, 1e-9)
  for (const [x = 0, a = 0, b = 0, expected] of fixture.betaCdf) near(betaCdf(x, a, b), expected, 1e-8)
  for (const [p = 0, a = 0, b = 0, expected] of fixture.betaQuantile)
    near(betaQuantile(p, a, b), expected, 1e-8)
})

test('intervals of a share agree with scipy', () => {
  for (const [found = 0, count = 0, confidence = 0, low, high] of fixture.exact) {
    near(exactInterval(found, count, confidence).low, low)
    near(exactInterval(found, count, confidence).high, high)
  }
  for (const [found = 0, count = 0, confidence = 0, low, high] of fixture.wilson) {
    near(wilsonInterval(found, count, confidence).low, low)
    near(wilsonInterval(found, count, confidence).high, high)
  }
})
