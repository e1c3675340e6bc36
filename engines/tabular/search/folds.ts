import { TabularInputError } from '../errors.ts'

/** Learn from the rows before `trainTo`, judge on those from there up to `testTo`; the rows stand in the order of time. */
export type TimeFold = { readonly trainTo: number; readonly testTo: number }

/** Share of the rows that the first fold learns from. */
const FIRST_SHARE = 0.4

/**
 * Folds of growing history: what comes later judges what was learned before, as it will be once the model serves, and no row is
 * judged by what was learned from a later one (Bergmeir & Benítez, Information Sciences 191, 2012).
 *
 * @throws TabularInputError `rows_too_few` where a fold would judge on no row
 */
export function timeFolds(rows: number, folds: number): TimeFold[] {
  const first = Math.floor(FIRST_SHARE * rows)
  const cut = (fold: number) => first + Math.floor(((rows - first) * fold) / folds)
  const made = Array.from({ length: folds }, (_, fold) => ({ trainTo: cut(fold), testTo: cut(fold + 1) }))
  if (made.some(({ trainTo, testTo }) => trainTo < 1 || testTo <= trainTo))
    throw new TabularInputError('rows_too_few', `${rows} rows are too few for ${folds} folds in time`)
  return made
}
