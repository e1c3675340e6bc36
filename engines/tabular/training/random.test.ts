import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFromState, sampleAscending, seededRandom } from './random.ts'

test('the generator gives the numbers published for state 1, 2, 3, 4', () => {
  // From the test vectors of the Rust crate rand_xoshiro, computed with the authors' C code.
  const random = randomFromState([1, 2, 3, 4])
  const first = Array.from({ length: 10 }, random.next)
  assert.deepEqual(
    first,
    [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804],
  )
})

test('a seed gives the same numbers again, and other seeds give others', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).next)
  assert.deepEqual(draw(7), draw(7))
  const seeds = [0, 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER]
  assert.equal(new Set(seeds.map((seed) => draw(seed).join())).size, seeds.length)
})

test('numbers below a bound are all about equally likely', () => {
  const random = seededRandom(1)
  const counts = new Array<number>(7).fill(0)
  for (let i = 0; i < 70_000; i++) {
    const drawn = random.below(7)
    counts[drawn] = (counts[drawn] ?? 0) + 1
  }
  // Chi-squared with 6 degrees of freedom exceeds 22.5 once in a thousand.
  const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
  assert.ok(chiSquared < 22.5, `chi-squared ${chiSquared}`)
})

test('a sample has the size asked for, without repetition, in order', () => {
  for (const count of [0, 1, 50, 99, 100]) {
    const sample = [...sampleAscending(seededRandom(count), 100, count)]
    assert.equal(sample.length, count)
    assert.deepEqual(
      sample,
      [...new Set(sample)].sort((a, b) => a - b),
    )
    assert.ok(sample.every((item) => item >= 0 && item < 100))
  }
})
