import type { BilingualText } from './text.ts'

/** A feature the engine sees, and how a reason that names it reads to a person. */
export interface FeatureSpec {
  /**
   * - `number`: an ordered measurement.
   * - `code`: a text whose sorted order means something, such as a commodity code: neighbours are alike.
   * - `category`: a text whose history is what matters, such as a combination of codes.
   * - `date`: a calendar day, `YYYY-MM-DD`, whose season and weekday may matter.
   * - `text`: words of which only hashes are learned, such as a description of goods.
   */
  readonly kind: 'number' | 'code' | 'category' | 'date' | 'text'
  /** Of a number: 1 where a higher value may never lower the score, −1 where it may never raise it. */
  readonly monotone?: 1 | -1
  readonly label: BilingualText
  /**
   * The sentence of a reason, with `{value}` for the feature's value; for a category also `{seen}` and `{positive}`, how many
   * earlier cases had this value and how many of them were what the model looks for. Without it the label and the value
   * stand alone.
   */
  readonly reason?: BilingualText
  /** The sentence where a category's value was never seen before; without it, `reason` stands with zeros. */
  readonly unseen?: BilingualText
  /**
   * Of a number: what is usual for it among earlier cases like this one. `by` names the code or category feature by whose values
   * cases are alike. The sentence stands in the place of `reason` where at least ten such cases were learned from, and may say
   * `{count}`, how many of the latest they are, `{median}`, and the quartiles `{lower}` and `{upper}`, beside `{value}`.
   */
  readonly comparison?: { readonly by: string; readonly sentence: BilingualText }
}

/** Every feature of a model, by name. */
export type FeatureSpecs = Readonly<Record<string, FeatureSpec>>

/** Values of one case: a number, a category, or `null` where it is not known. Never guessed. */
export type FeatureRow<F extends FeatureSpecs = FeatureSpecs> = {
  readonly [Name in keyof F]:
    | ('number' extends F[Name]['kind'] ? number : never)
    | (F[Name]['kind'] extends 'number' ? never : string)
    | null
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

/**
 * The sentence for a feature's reason, its places not yet filled in; `undefined` where the label and the value must do, as they
 * must where the value is not known.
 *
 * @example
 * ```ts
 * import { sentenceFor } from '@khudi/sdk'
 * const reason = { en: 'The area is {value} m²', ur: 'رقبہ {value} مربع میٹر ہے' }
 * sentenceFor({ kind: 'number', label: { en: 'Area', ur: 'رقبہ' }, reason }, { value: 80 })?.en // 'The area is {value} m²'
 * ```
 */
export function sentenceFor(
  { reason, unseen, comparison }: FeatureSpec,
  {
    value,
    compared = {},
  }: {
    readonly value: string | number | boolean | null
    readonly compared?: Readonly<Record<string, number>> | undefined
  },
): BilingualText | undefined {
  if (value === null) return undefined
  if (compared.seen === 0) return unseen ?? reason
  return comparison !== undefined && compared.median !== undefined ? comparison.sentence : reason
}
