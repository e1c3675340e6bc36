/**
 * Bounded recovery: an application that is stopped again and again is not started for decisions any more for a while. Its cases
 * are then only read, and go to an officer.
 */

/** Breaches within `windowMs` that open it. */
const mostBreaches = 5
const windowMs = 60_000
/** How long it stays open; the first breach after that opens it again at once. */
const openMs = 60_000

export class Breaker {
  readonly #now: () => number
  #breaches: readonly number[] = []
  #openUntil: number | undefined

  /** @param now milliseconds of a clock that never goes back */
  constructor(now: () => number) {
    this.#now = now
  }

  get isOpen(): boolean {
    return this.#openUntil !== undefined && this.#now() < this.#openUntil
  }

  breached(): void {
    const now = this.#now()
    this.#breaches = [...this.#breaches.filter((at) => now - at < windowMs), now]
    const isOnTrial = this.#openUntil !== undefined && now >= this.#openUntil
    if (isOnTrial || this.#breaches.length >= mostBreaches) this.#openUntil = now + openMs
  }

  /** After a batch without a breach. */
  kept(): void {
    if (this.isOpen) return
    this.#openUntil = undefined
    this.#breaches = []
  }
}
