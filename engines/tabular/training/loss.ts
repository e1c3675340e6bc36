/** Probability of a margin (log odds). */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin))
}
