import type { Reason } from '@khudi/sdk'
import type { FindFigures } from './comparisons.ts'

/** What a model knows about its features that a reason may say. */
export interface ReasonSource {
  readonly featureNames: readonly string[]
  /** How many training rows had a category's value, and how many of them were what is looked for. */
  findHistory(
    feature: string,
    value: string | null,
  ): { readonly seen: number; readonly positive: number } | undefined
  /** What comparable rows had of a number. */
  readonly findFigures: FindFigures
}

/**
 * The largest contributions first, by size whatever their direction, equal ones in the model's order of features; each with
 * the figures that its sentence compares with. A feature that contributes nothing is no reason.
 */
export function largestReasons(
  source: ReasonSource,
  row: Readonly<Record<string, number | string | null>>,
  { contributions, count }: { readonly contributions: Float64Array; readonly count: number },
): readonly Reason[] {
  const size = (index: number) => Math.abs(contributions[index] ?? 0)
  return Array.from(contributions.keys())
    .filter((index) => size(index) > 0)
    .sort((one, other) => size(other) - size(one) || one - other)
    .slice(0, count)
    .map((index) => {
      const code = source.featureNames[index] ?? ''
      const value = row[code] ?? null
      const compared = figuresOf(source, { code, value, row })
      return { code, value, weight: contributions[index] ?? 0, ...(compared !== undefined && { compared }) }
    })
}

function figuresOf(
  { findHistory, findFigures }: ReasonSource,
  {
    code,
    value,
    row,
  }: Pick<Reason, 'code' | 'value'> & { readonly row: Readonly<Record<string, number | string | null>> },
): Reason['compared'] {
  if (typeof value === 'number') {
    const figures = findFigures(code, row)
    return figures === undefined ? undefined : { ...figures }
  }
  const history = typeof value === 'string' ? findHistory(code, value) : undefined
  return history === undefined ? undefined : { seen: history.seen, positive: history.positive }
}
