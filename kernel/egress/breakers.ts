/** Backends that fail are left alone for a while, instead of being asked by everybody. */

/** Failures in a row after which a backend is left alone. */
const mostFailures = 5
const restMs = 30_000

interface State {
  failures: number
  /** Until then nobody asks; one may ask after that, and its answer decides. */
  restsUntil: number
}

/** By institution and backend. Answers nothing about what is allowed: a backend that works is asked about all the same. */
export class Breakers {
  readonly #states = new Map<string, State>()
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  rests(key: string): boolean {
    const state = this.#states.get(key)
    if (state === undefined || state.failures < mostFailures) return false
    const now = this.#now().getTime()
    if (now < state.restsUntil) return true
    // One asks now; the others go on waiting for what it finds.
    state.restsUntil = now + restMs
    return false
  }

  worked(key: string): void {
    this.#states.delete(key)
  }

  failed(key: string): void {
    const failures = (this.#states.get(key)?.failures ?? 0) + 1
    this.#states.set(key, { failures, restsUntil: this.#now().getTime() + restMs })
  }
}
