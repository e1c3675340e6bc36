/**
 * The value below which `level` (between 0 and 1) of the weight lies: a value at which the pinball loss is least. Where a
 * whole interval is as good, its middle, so that an even number of equal weights has the usual median. Rows without weight
 * do not count; without any weight at all the quantile is 0.
 *
 * Hoare's selection ("Algorithm 65: Find", CACM 4(7), 1961) on copies: about three passes over the values.
 */
export function weightedQuantile(values: Float64Array, weights: Float64Array, level: number): number {
  const parts = copyWeighted(values, weights)
  const target = level * parts.total
  let from = 0
  let to = parts.count
  // Weight of what has been found to lie below the range, and the least value known to lie above it.
  let below = 0
  let above = Number.NaN
  let random = 1
  let pivot = 0
  while (from < to) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0
    pivot = parts.values[from + (random % (to - from))] ?? 0
    const { less, more, lessWeight, equalWeight } = partition(parts, { from, to }, pivot)
    if (less > from && below + lessWeight >= target) {
      above = pivot
      to = less
      continue
    }
    const upTo = below + lessWeight + equalWeight
    if (upTo >= target || more === to) {
      const next = more === to ? above : least(parts.values, more, to)
      return upTo === target && !Number.isNaN(next) ? pivot / 2 + next / 2 : pivot
    }
    from = more
    below = upTo
  }
  return pivot
}

interface Parts {
  readonly values: Float64Array
  readonly weights: Float64Array
  readonly count: number
  readonly total: number
}

function copyWeighted(values: Float64Array, weights: Float64Array): Parts {
  const parts = { values: new Float64Array(values.length), weights: new Float64Array(values.length) }
  let count = 0
  let total = 0
  for (let i = 0; i < values.length; i++) {
    const weight = weights[i] ?? 0
    if (!(weight > 0)) continue
    parts.values[count] = values[i] ?? 0
    parts.weights[count++] = weight
    total += weight
  }
  return { ...parts, count, total }
}

/** Puts the range in the order: less than the pivot, equal to it (up to `more`), more. */
function partition(
  { values, weights }: Parts,
  { from, to }: { readonly from: number; readonly to: number },
  pivot: number,
): { less: number; more: number; lessWeight: number; equalWeight: number } {
  let less = from
  let more = to
  let lessWeight = 0
  let equalWeight = 0
  for (let i = from; i < more; ) {
    const value = values[i] ?? 0
    const weight = weights[i] ?? 0
    if (value < pivot) {
      lessWeight += weight
      values[i] = values[less] ?? 0
      weights[i++] = weights[less] ?? 0
      values[less] = value
      weights[less++] = weight
    } else if (value > pivot) {
      values[i] = values[--more] ?? 0
      weights[i] = weights[more] ?? 0
      values[more] = value
      weights[more] = weight
    } else {
      equalWeight += weight
      i++
    }
  }
  return { less, more, lessWeight, equalWeight }
}

function least(values: Float64Array, from: number, to: number): number {
  let found = values[from] ?? 0
  for (let i = from + 1; i < to; i++) found = Math.min(found, values[i] ?? 0)
  return found
}
