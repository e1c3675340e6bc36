import { murmurHash3 } from './murmur-hash.ts'

/**
 * A text as its words are compared: compatibility forms made plain (Unicode NFKC), lower case, Arabic letters
 * that stand for Urdu ones turned into these (ك → ک, ي and ى → ی, ه → ہ, ة → ۃ), digits of any of the three
 * kinds turned into 0–9, and without vowel signs, stretching and joiners, which writers set or leave out as they
 * please.
 */
function plainText(text: string): string {
  if (!/[^ -~]/.test(text)) return text.toLowerCase() // ASCII is plain but for its case.
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u064b-\u0652\u0670\u0640\u200c\u200d]/g, '')
    .replace(/[كيىهة٠-٩۰-۹]/g, (letter) => urduLetters.get(letter) ?? letter)
    .normalize('NFKC')
}

const urduLetters: ReadonlyMap<string, string> = new Map([
  ['ك', 'ک'],
  ['ي', 'ی'],
  ['ى', 'ی'],
  ['ه', 'ہ'],
  ['ة', 'ۃ'],
  ...['٠١٢٣٤٥٦٧٨٩', '۰۱۲۳۴۵۶۷۸۹'].flatMap((digits) =>
    [...digits].map((digit, value): [string, string] => [digit, String(value)]),
  ),
])

/** Runs of letters, marks and digits of the plain text. */
export function wordsOf(text: string): readonly string[] {
  return plainText(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}

const utf8 = new TextEncoder()
const SPACE = 0x20

/**
 * The bucket of each word and of each pair of neighbouring words ("feature hashing": Weinberger et al., ICML 2009): the
 * MurmurHash3 (seed 0) of the word in UTF-8, a pair joined by one space, modulo the number of buckets.
 */
export function bucketsOf(text: string, buckets: number): number[] {
  const bytes = utf8.encode(wordsOf(text).join(' '))
  const found: number[] = []
  let before = -1
  let from = 0
  for (let to = 0; to <= bytes.length; to++) {
    if (to < bytes.length && bytes[to] !== SPACE) continue
    if (to > from) found.push(murmurHash3(bytes, { from, to }, 0) % buckets)
    if (before >= 0) found.push(murmurHash3(bytes, { from: before, to }, 0) % buckets)
    before = from
    from = to + 1
  }
  return found
}

const MISSING = 0xffff

/** Texts of many rows as the buckets of their words: four bytes a row, and two a word and pair of words. */
export class HashedTexts {
  readonly buckets: number
  readonly #starts: Int32Array
  #hits = new Uint16Array(1_024)
  #rows = 0

  constructor(rows: number, buckets: number) {
    this.buckets = buckets
    this.#starts = new Int32Array(rows + 1)
  }

  /** Takes the next row's text. */
  add(text: string | null): void {
    const found = text === null ? [MISSING] : bucketsOf(text, this.buckets)
    const start = this.#starts[this.#rows] ?? 0
    const end = start + found.length
    if (end > this.#hits.length) {
      const longer = new Uint16Array(Math.max(end, 2 * this.#hits.length))
      longer.set(this.#hits)
      this.#hits = longer
    }
    this.#hits.set(found, start)
    this.#rows++
    this.#starts[this.#rows] = end
  }

  isMissing(row: number): boolean {
    return this.#starts[row + 1] !== this.#starts[row] && this.#hits[this.#starts[row] ?? 0] === MISSING
  }

  /** Whether the first `count` texts have the same words. */
  isConstant(count: number): boolean {
    const starts = this.#starts
    const length = starts[1] ?? 0
    for (let row = 1; row < count; row++) {
      const start = starts[row] ?? 0
      if ((starts[row + 1] ?? 0) - start !== length) return false
      for (let i = 0; i < length; i++) if (this.#hits[start + i] !== this.#hits[i]) return false
    }
    return true
  }

  /** One column a bucket: how many of a row's words and pairs are in it; NaN where the text is missing. */
  columns(): readonly Float32Array[] {
    const columns = Array.from({ length: this.buckets }, () => new Float32Array(this.#rows))
    for (let row = 0; row < this.#rows; row++) {
      if (this.isMissing(row)) {
        for (const column of columns) column[row] = Number.NaN
        continue
      }
      const end = this.#starts[row + 1] ?? 0
      for (let i = this.#starts[row] ?? 0; i < end; i++) {
        const column = columns[this.#hits[i] ?? 0]
        if (column !== undefined) column[row] = (column[row] ?? 0) + 1
      }
    }
    return columns
  }
}
