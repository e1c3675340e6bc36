import type { BilingualText } from './text.ts'

/** A feature the engine sees, and how a reason that names it reads to a person. */
export interface FeatureSpec {
  /**
   * - `number`: an ordered measurement.
   * - `code`: a text whose sorted order means something, such as a commodity code: neighbours are alike.
   * - `category`: a text whose history is what matters, such as a combination of codes.
   */
  readonly kind: 'number' | 'code' | 'category'
  readonly label: BilingualText
  /**
   * The sentence of a reason, with `{value}` for the feature's value; for a category also `{seen}` and `{positive}`, how many
   * earlier cases had this value and how many of them were what the model looks for. Without it the label and the value
   * stand alone.
   */
  readonly reason?: BilingualText
  /** The sentence where a category's value was never seen before; without it, `reason` stands with zeros. */
  readonly unseen?: BilingualText
}

/** Every feature of a model, by name. */
export type FeatureSpecs = Readonly<Record<string, FeatureSpec>>

/** Values of one case: a number, a category, or `null` where it is not known. Never guessed. */
export type FeatureRow<F extends FeatureSpecs = FeatureSpecs> = {
  readonly [Name in keyof F]: (F[Name]['kind'] extends 'number' ? number : string) | null
}

/**
 * Declares features so that names and kinds are checked against the function that computes them.
 *
 * @example
 * ```ts
 * import { defineFeatures } from '@khudi/sdk'
 * const features = defineFeatures({
 *   areaM2: { kind: 'number', label: { en: 'Area', ur: 'رقبہ' } },
 * })
 * ```
 */
export function defineFeatures<const F extends FeatureSpecs>(specs: F): F {
  return specs
}
