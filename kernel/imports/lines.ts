/** Text into physical lines, numbered from 1, whichever way they end; a line beyond the limit is not held in memory. */
import { Refusal } from '../errors.ts'
import { UndecodableByte } from './decode.ts'

export interface Line {
  readonly number: number
  /** Without its end. Only the first characters where `cut` is present. */
  readonly text: string
  readonly end: '\n' | '\r\n' | '\r' | ''
  /** The line was longer than the limit. */
  readonly cut?: { readonly hasOddQuotes: boolean }
}

export interface LineLimits {
  /** Characters of a line (UTF-16 code units). */
  readonly maxLength: number
  /** How much of a longer line is kept, for the person who has to find it. */
  readonly kept: number
}

/** Lines of a text that comes in chunks; one list for each chunk that completes any. */
export async function* splitLines(
  chunks: AsyncIterable<string>,
  limits: LineLimits,
): AsyncGenerator<readonly Line[], void, undefined> {
  const splitter = new LineSplitter(limits)
  try {
    for await (const chunk of chunks) {
      const lines = splitter.push(chunk)
      if (lines.length > 0) yield lines
    }
  } catch (error) {
    if (!(error instanceof UndecodableByte)) throw error
    const { encoding, offset } = error
    throw new Refusal('import.encoding_wrong', { encoding, offset, line: splitter.number }, { cause: error })
  }
  yield splitter.finish()
}

/** The state of splitting one text. */
class LineSplitter {
  readonly #limits: LineLimits
  #number = 1
  #tail = ''
  /** Present while a line beyond the limit goes by; then the tail holds its first `kept` characters and what is new. */
  #dropped: { readonly hasOddQuotes: boolean } | undefined

  constructor(limits: LineLimits) {
    this.#limits = limits
  }

  /** Number of the line that has not ended yet. */
  get number(): number {
    return this.#number
  }

  /** The lines that this chunk ends. */
  push(chunk: string): readonly Line[] {
    const text = this.#tail + chunk
    const lines: Line[] = []
    let start = 0
    let feed = text.indexOf('\n')
    let back = text.indexOf('\r')
    while (feed >= 0 || back >= 0) {
      const isFeed = back < 0 || (feed >= 0 && feed < back)
      const at = isFeed ? feed : back
      // A carriage return at the very end may be half of a pair; the next chunk tells.
      if (!isFeed && at === text.length - 1) break
      const end = isFeed ? '\n' : text[at + 1] === '\n' ? '\r\n' : '\r'
      lines.push(this.#line(text.slice(start, at), end))
      start = at + end.length
      if (feed >= 0 && feed < start) feed = text.indexOf('\n', start)
      if (back >= 0 && back < start) back = text.indexOf('\r', start)
    }
    this.#keep(text.slice(start))
    return lines
  }

  /** The last line, where the text does not end in a line end. */
  finish(): readonly Line[] {
    const text = this.#tail
    if (text === '' && this.#dropped === undefined) return []
    return [text.endsWith('\r') ? this.#line(text.slice(0, -1), '\r') : this.#line(text, '')]
  }

  #line(text: string, end: Line['end']): Line {
    const line: Line = { number: this.#number, text, end }
    const { maxLength, kept } = this.#limits
    this.#number += 1
    if (this.#dropped === undefined && text.length <= maxLength) return line
    const cut = { hasOddQuotes: (this.#dropped?.hasOddQuotes ?? false) !== hasOddQuotes(text) }
    this.#dropped = undefined
    return { ...line, text: detached(text.slice(0, kept)), cut }
  }

  /** Keeps what remains of a chunk after its last line end, shortened where the line is already too long. */
  #keep(rest: string): void {
    const { maxLength, kept } = this.#limits
    this.#tail = rest
    if (rest.length <= maxLength) return
    const pending = rest.endsWith('\r') ? '\r' : ''
    const body = rest.slice(0, rest.length - pending.length)
    this.#dropped = {
      hasOddQuotes: (this.#dropped?.hasOddQuotes ?? false) !== hasOddQuotes(body.slice(kept)),
    }
    this.#tail = detached(body.slice(0, kept)) + pending
  }
}

/** Whether the quotation marks of a text are odd in number, so that a quoted field is left open by it. */
export function hasOddQuotes(text: string): boolean {
  let isOdd = false
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd
  return isOdd
}

/** A copy that does not keep the long text alive which it was cut from, as a slice of the engine would. */
export function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}
