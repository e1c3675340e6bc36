/** The settings that a search may try. */
import type { Random } from '../training/random.ts'

/** One setting: drawn evenly from `low` to `high`, or, on a logarithmic scale, evenly by ratio. */
export type Parameter = {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly scale: 'linear' | 'log'
  readonly whole: boolean
}

export type Configuration = Readonly<Record<string, number>>

/** Digits that a drawn figure keeps: a person reads it, and the third digit of a learning rate decides nothing. */
const DIGITS = 3

/**
 * Draws configurations one after the other, so that more of them begin with the same ones. Random search finds as good settings
 * as a grid with a fraction of the trials, since few settings matter (Bergstra & Bengio, JMLR 13, 2012).
 */
export function drawConfigurations(
  space: readonly Parameter[],
  count: number,
  random: Random,
): Configuration[] {
  return Array.from({ length: count }, () =>
    Object.fromEntries(space.map((parameter) => [parameter.name, draw(parameter, random.uniform())])),
  )
}

function draw({ low, high, scale, whole }: Parameter, uniform: number): number {
  const value = scale === 'log' ? low * (high / low) ** uniform : low + (high - low) * uniform
  const rounded = whole ? Math.round(value) : Number(value.toPrecision(DIGITS))
  return Math.min(high, Math.max(low, rounded))
}
