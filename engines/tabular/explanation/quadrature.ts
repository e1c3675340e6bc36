/** Points and weights of a quadrature on (0, 1). */
interface Quadrature {
  readonly points: Float64Array
  readonly weights: Float64Array
}

/**
 * Gauss–Legendre quadrature with `count` points: exact for polynomials of a degree up to 2 `count` − 1. Newton's method
 * on the Legendre polynomial from the usual cosine guess (Abramowitz and Stegun, 25.4.29 and 25.4.30).
 */
export function gaussLegendre(count: number): Quadrature {
  const points = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let index = 0; index < count; index++) {
    let root = Math.cos((Math.PI * (index + 0.75)) / (count + 0.5))
    let { value, slope } = legendre(count, root)
    // Quadratic from so close a guess: five rounds are more than double precision needs.
    for (let round = 0; round < 5; round++) {
      root -= value / slope
      ;({ value, slope } = legendre(count, root))
    }
    points[index] = (1 - root) / 2
    weights[index] = 1 / ((1 - root * root) * slope * slope)
  }
  return { points, weights }
}

/** The Legendre polynomial of a degree and its derivative, by the three-term recurrence. */
function legendre(degree: number, at: number): { readonly value: number; readonly slope: number } {
  let before = 1
  let value = at
  for (let n = 2; n <= degree; n++)
    [before, value] = [value, ((2 * n - 1) * at * value - (n - 1) * before) / n]
  return { value, slope: (degree * (at * value - before)) / (at * at - 1) }
}
