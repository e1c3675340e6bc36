/**
 * Seeded random numbers for made-up data: sfc32 by Chris Doty-Humphrey (public domain, PractRand), filled from the seed
 * by MurmurHash3's 32-bit finaliser. Arithmetic is on 32-bit integers, so a seed gives the same numbers on any machine.
 */
export interface Random {
  /** Next number in [0, 1), a multiple of 2⁻³². */
  uniform(): number
  /** Next number in [low, high). */
  between(low: number, high: number): number
  /** Next whole number in [0, bound). */
  below(bound: number): number
  /** Standard normal variate, by Box and Muller. */
  normal(): number
  /** True with the given probability. */
  chance(probability: number): boolean
}

/**
 * A stream of its own for each seed, name and index: what one stream draws cannot move another. So the goods of a
 * consignment are the same whether or not somebody then lies about them.
 */
export function randomStream(seed: number, name: string, index: number): Random {
  let state = mixed(seed % 2 ** 32, Math.floor(seed / 2 ** 32))
  for (const character of name) state = mixed(state, character.charCodeAt(0))
  state = mixed(state, index)
  return fromState([mixed(state, 1), mixed(state, 2), mixed(state, 3)])
}

function fromState(start: readonly [number, number, number]): Random {
  let [a, b, c] = start
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  // The first twelve outputs still show the seed, as the author's own set-up allows for.
  for (let round = 0; round < 12; round++) next()
  const uniform = () => next() / 2 ** 32
  return {
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    below: (bound) => Math.floor(uniform() * bound),
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    chance: (probability) => uniform() < probability,
  }
}

function mixed(state: number, value: number): number {
  let hash = (Math.imul(state ^ value, 0x9e3779b1) + 0x7f4a7c15) | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** One of the options, each as likely as its weight. At least one weight is above zero. */
export function pick<T extends { readonly weight: number }>(random: Random, options: readonly T[]): T {
  let left = random.uniform() * options.reduce((sum, { weight }) => sum + weight, 0)
  for (const option of options) {
    left -= option.weight
    if (left < 0) return option
  }
  return lastOf(options)
}

/** One of the options, all as likely. */
export function pickAny<T>(random: Random, options: readonly T[]): T {
  const chosen = options[random.below(options.length)]
  return chosen === undefined ? lastOf(options) : chosen
}

function lastOf<T>(options: readonly T[]): T {
  const last = options.at(-1)
  if (last === undefined) throw new RangeError('there is nothing to choose from')
  return last
}
