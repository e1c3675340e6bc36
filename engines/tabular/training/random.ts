import { TabularInputError } from '../errors.ts'

/**
 * Seeded random numbers: xoshiro128** 1.1 by David Blackman and Sebastiano Vigna (public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c), its state filled from the seed by MurmurHash3's 32-bit
 * finaliser over a Weyl sequence. All arithmetic is on 32-bit integers, so a seed gives the same numbers on
 * any machine.
 */
export type Random = {
  /** Next whole number in [0, 2³²). */
  readonly next: () => number
  /** Next number in [0, 1), a multiple of 2⁻³². */
  readonly uniform: () => number
  /** Next whole number in [0, bound), without modulo bias. `bound` is at least 1 and at most 2³². */
  readonly below: (bound: number) => number
}

const TWO_32 = 2 ** 32
const GOLDEN_RATIO = 0x9e3779b9

/**
 * A generator whose numbers follow from the seed alone.
 *
 * @throws TabularInputError unless the seed is a whole number from 0 to 2⁵³ − 1.
 */
export function seededRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new TabularInputError(
      'seed_invalid',
      `the seed must be a whole number from 0 to 2^53 - 1, not ${seed}`,
    )
  }
  let weyl = (seed % TWO_32) ^ Math.imul(Math.floor(seed / TWO_32), 0x85ebca6b)
  const fill = (): number => {
    weyl = (weyl + GOLDEN_RATIO) | 0
    return finalise(weyl)
  }
  // The last word is odd, because the all-zero state is the generator's one fixed point.
  return randomFromState([fill(), fill(), fill(), fill() | 1])
}

/**
 * The generator in a given state of four 32-bit words that are not all zero; the published test vectors start
 * so.
 */
export function randomFromState(state: readonly [number, number, number, number]): Random {
  let [a, b, c, d] = state
  const next = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return result
  }
  const below = (bound: number): number => {
    // Numbers from the incomplete last stretch of length `bound` are drawn again, so each remainder is as
    // likely.
    const limit = TWO_32 - (TWO_32 % bound)
    let draw = next()
    while (draw >= limit) draw = next()
    return draw % bound
  }
  return { next, uniform: () => next() / TWO_32, below }
}

/**
 * `count` different whole numbers from [0, total), in ascending order: Knuth's selection sampling (algorithm
 * 3.4.2 S).
 */
export function sampleAscending(random: Random, total: number, count: number): Int32Array {
  const chosen = new Int32Array(count)
  let taken = 0
  for (let item = 0; item < total && taken < count; item++) {
    if ((total - item) * random.uniform() < count - taken) chosen[taken++] = item
  }
  return chosen
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by))
}

function finalise(word: number): number {
  let mixed = word
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}
