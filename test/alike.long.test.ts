/**
 * The time of an answer does not tell what is absent from what is forbidden. Pairs of requests are asked in random order. They are
 * alike where the share of all comparisons in which the forbidden one took longer (Mann and Whitney's U by its greatest value,
 * 0.5 where nothing tells them apart) lies within 0.1 of a half with its interval of 99.9 %, or where their medians are less
 * than 25 µs apart: less than a thousand measurements tell over a network of several hops (15 to 100 µs: Crosby, Wallach
 * and Riedi, Opportunities and Limits of Remote Timing Attacks, 2009). A row that is found and then hidden takes about that.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asking, makeAlikeWorld } from './alike.ts'
import { randomOf } from './requests/random.ts'

const { pairs, ask } = await makeAlikeWorld()

const samples = 1_000
const bound = 0.1
const boundMs = 0.025
/** Of the normal distribution, two sides. */
const z999 = 3.29

interface Effect {
  /** Share of comparisons in which the second took longer. */
  readonly share: number
  /** Half of its interval. */
  readonly within: number
  /** By how much the median of the second is greater. */
  readonly laterMs: number
}

async function compared(first: Asking, second: Asking): Promise<Effect> {
  const random = randomOf(1, 1)
  const times: [number[], number[]] = [[], []]
  for (let count = 0; count < 20; count += 1) for (const asking of [first, second]) await ask(asking)
  for (let count = 0; count < samples; count += 1) {
    const order = random.chance(0.5) ? ([0, 1] as const) : ([1, 0] as const)
    for (const which of order) {
      const startedAt = performance.now()
      await ask(which === 0 ? first : second)
      times[which].push(performance.now() - startedAt)
    }
  }
  return effectOf(...times)
}

/** U of the second list by ranks, ties halved. */
function effectOf(first: readonly number[], second: readonly number[]): Effect {
  const all = [
    ...first.map((time) => ({ time, isSecond: 0 })),
    ...second.map((time) => ({ time, isSecond: 1 })),
  ]
  all.sort((one, other) => one.time - other.time)
  let ranks = 0
  for (let at = 0; at < all.length; ) {
    const end = all.findIndex(({ time }, index) => index > at && time !== all[at]?.time)
    const next = end === -1 ? all.length : end
    for (const { isSecond } of all.slice(at, next)) ranks += (isSecond * (at + 1 + next)) / 2
    at = next
  }
  const [n, m] = [first.length, second.length]
  const u = ranks - (m * (m + 1)) / 2
  return {
    share: u / (n * m),
    within: z999 * Math.sqrt((n + m + 1) / (12 * n * m)),
    laterMs: medianOf(second) - medianOf(first),
  }
}

const medianOf = (times: readonly number[]) =>
  times.toSorted((one, other) => one - other)[times.length >> 1] ?? 0

const isAlike = ({ share, within, laterMs }: Effect) =>
  Math.abs(share - 0.5) + within <= bound || Math.abs(laterMs) <= boundMs

const shown = ({ share, within, laterMs }: Effect) =>
  `${share.toFixed(3)} ± ${within.toFixed(3)}, ${(laterMs * 1_000).toFixed(0)} µs later`

test('the measure knows what is alike and what is not', () => {
  const random = randomOf(2, 2)
  const drawn = (shift: number) =>
    Array.from({ length: samples }, () => random.below(1_000_000) / 1_000 + shift)
  const same = effectOf(drawn(0), drawn(0))
  assert.ok(isAlike(same), shown(same))
  const later = effectOf(drawn(0), drawn(200))
  assert.ok(!isAlike(later), shown(later))
  assert.deepEqual(effectOf([1, 2], [3, 4]).share, 1)
  assert.deepEqual(effectOf([1, 1], [1, 1]).share, 0.5)
})

for (const { name, absent, forbidden } of pairs)
  test(`${name}: takes the time of what is absent`, async (t) => {
    const effect = await compared(absent, forbidden)
    t.diagnostic(`${name}: ${shown(effect)}`)
    assert.ok(isAlike(effect), shown(effect))
  })

test('a difference would be seen: a case that is there takes another time than one that is not', async (t) => {
  const pair = pairs.find(({ absent }) => absent.operation.id === 'cases.show')
  assert.ok(pair)
  const effect = await compared(pair.absent, pair.own)
  t.diagnostic(shown(effect))
  assert.ok(!isAlike(effect), shown(effect))
})
