/**
 * Which passwords a person may choose: long enough, and none of those that everybody chooses (OWASP ASVS 5.0, 6.2; NIST SP
 * 800-63B-4, 3.1.1.2). No rule says what characters it must have; any may be pasted in.
 */
import { Refusal } from '../errors.ts'
import { commonWords, keyboardRows } from './guessable-words.ts'

export const shortestPassword = 12
/** Beyond it nobody types; hashing it would cost for nothing. */
export const longestPassword = 256

/** Characters that must be left when all that anybody would guess is taken away. */
const leastOfOnesOwn = 4

/**
 * @param context words that say nothing here: the user name, the institution's own
 * @throws Refusal `access.password_short`, `access.password_long`, `access.password_common`
 */
export function requireGoodPassword(password: string, context: readonly string[]): void {
  const characters = [...password]
  if (characters.length < shortestPassword)
    throw new Refusal('access.password_short', { least: shortestPassword })
  if (characters.length > longestPassword)
    throw new Refusal('access.password_long', { most: longestPassword })
  if (isCommon(password, context)) throw new Refusal('access.password_common')
}

/** Letters by what people write in their place. */
const written: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
}

const asLetters = (text: string) => [...text].map((one) => written[one] ?? one).join('')

/**
 * Whether nearly all of it is what common passwords are made of: their words, rows of the keyboard, sequences, years, one
 * character again and again. The lists that are in circulation are of such pieces; a list of whole passwords would miss the
 * next combination.
 */
export function isCommon(password: string, context: readonly string[] = []): boolean {
  const plain = password.normalize('NFKC').toLowerCase()
  const own = context.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u))
  const words = [...commonWords, ...own].filter((word) => word.length >= 3)
  const pieces = words.toSorted((a, b) => b.length - a.length)
  return leftOf(plain, pieces) < leastOfOnesOwn
}

/** How many characters no piece covers; the longest piece that fits is taken at each place. */
function leftOf(text: string, pieces: readonly string[]): number {
  const seen = new Set<string>()
  let left = 0
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const letters = asLetters(rest)
    const word = pieces.find((one) => rest.startsWith(one) || letters.startsWith(one))
    const length = Math.max(word?.length ?? 0, runLength(rest))
    if (length > 1) {
      at += length
      continue
    }
    // A character that came before adds nothing to guess.
    const character = rest.charAt(0)
    if (/[\p{L}\p{N}]/u.test(character) && !seen.has(character)) left += 1
    seen.add(character)
    at += 1
  }
  return left
}

/** Length of what begins the text and goes on by a rule: `aaa`, `1234`, `fedc`, `qwer`, `1995`. */
function runLength(text: string): number {
  const same = /^(.)\1{2,}/u.exec(text)?.[0].length ?? 0
  const year = /^(?:19|20)\d\d/.exec(text)?.[0].length ?? 0
  return Math.max(same, year, steps(text, 1), steps(text, -1), alongKeyboard(text))
}

/** Three or more characters, each the one after (or before) the last. */
function steps(text: string, by: number): number {
  let length = 1
  while (length < text.length && text.charCodeAt(length) - text.charCodeAt(length - 1) === by) length += 1
  return length >= 3 ? length : 0
}

function alongKeyboard(text: string): number {
  let longest = 0
  for (const row of keyboardRows)
    for (let length = 3; length <= row.length && row.includes(text.slice(0, length)); length++)
      if (text.length >= length) longest = Math.max(longest, length)
  return longest
}
