/** Answers that were given before, by everything that they depend on. Bounded: what was not asked for longest goes first. */
export class Memo<Value> {
  readonly #most: number
  readonly #known = new Map<string, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    const value = this.#known.get(key)
    if (value === undefined) return undefined
    // A Map keeps the order of insertion: what is asked for goes to its end.
    this.#known.delete(key)
    this.#known.set(key, value)
    return value
  }

  set(key: string, value: Value): void {
    if (this.#known.size >= this.#most) {
      const [oldest] = this.#known.keys()
      if (oldest !== undefined) this.#known.delete(oldest)
    }
    this.#known.set(key, value)
  }

  get size(): number {
    return this.#known.size
  }
}
