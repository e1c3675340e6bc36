/** Room for the histograms of a tree's open leaves. */
export class Slots {
  readonly #free: number[]

  /** Addresses of `count` histograms from `kept` on. The last one is never taken: it serves where the others have run out. */
  constructor(given: { readonly kept: number; readonly bytes: number; readonly count: number }) {
    this.spare = given.kept + (given.count - 1) * given.bytes
    this.#free = Array.from({ length: given.count - 1 }, (_, slot) => given.kept + slot * given.bytes)
  }

  readonly spare: number

  take(): number | undefined {
    return this.#free.pop()
  }

  release(slot: number | undefined): void {
    if (slot !== undefined) this.#free.push(slot)
  }
}

/** Histograms may take so much memory; a leaf that finds none left counts its rows again when it is split. */
const MOST_BYTES = 256 * 2 ** 20

/** How many histograms to keep for trees of so many leaves. */
export function slotsFor(maxLeaves: number, binTotal: number): number {
  return Math.max(3, Math.min(maxLeaves + 1, Math.floor(MOST_BYTES / (8 * binTotal))))
}
