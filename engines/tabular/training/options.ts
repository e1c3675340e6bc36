import { TabularInputError } from '../errors.ts'
import type { BoostingOptions } from './boosting.ts'

export type TrainingOptions = BoostingOptions & {
  /**
   * Share of the rows, the latest, kept for validation: it decides the number of trees and the calibration. 0
   * for none.
   */
  readonly validationShare: number
}

/** Chosen on 2020's last quarter of the Korean declarations; a single row must score in under 30 µs. */
export const defaultOptions: TrainingOptions = {
  maxRounds: 150,
  learningRate: 0.1,
  maxLeaves: 31,
  maxDepth: 6,
  minLeafWeight: 1,
  l2: 1,
  minGain: 0,
  maxBins: 255,
  rowShare: 1,
  columnShare: 1,
  patience: 20,
  validationShare: 0.2,
}

type Bound = { readonly least: number; readonly most: number; readonly whole: boolean }

const bounds: Readonly<Record<keyof TrainingOptions, Bound>> = {
  maxRounds: { least: 1, most: 10_000, whole: true },
  learningRate: { least: 1e-4, most: 1, whole: false },
  maxLeaves: { least: 2, most: 4_096, whole: true },
  maxDepth: { least: 1, most: 64, whole: true },
  // Without weight or ridge a leaf of one label would take an infinite step.
  minLeafWeight: { least: 1e-6, most: 1e9, whole: false },
  l2: { least: 1e-3, most: 1e9, whole: false },
  minGain: { least: 0, most: 1e9, whole: false },
  maxBins: { least: 2, most: 255, whole: true },
  rowShare: { least: 0.01, most: 1, whole: false },
  columnShare: { least: 0.01, most: 1, whole: false },
  patience: { least: 1, most: 10_000, whole: true },
  validationShare: { least: 0, most: 0.5, whole: false },
}

/** Fills in the defaults; an option out of its bounds is refused by name. */
export function completeOptions(given: Partial<TrainingOptions>): TrainingOptions {
  const options = { ...defaultOptions, ...given }
  for (const [name, value] of Object.entries(options)) {
    const bound: Bound | undefined = Object.entries(bounds).find(([known]) => known === name)?.[1]
    if (bound === undefined)
      throw new TabularInputError('option_invalid', `there is no training option "${name}"`)
    const { least, most, whole } = bound
    if (!(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
      const kind = whole ? 'a whole number' : 'a number'
      throw new TabularInputError(
        'option_invalid',
        `option ${name} must be ${kind} from ${least} to ${most}, not ${value}`,
      )
    }
  }
  return options
}
