/** Finds a person in a text by their identifier, in any spelling that the identifier fields of the SDK accept. */
import { asciiDigits, nationalDigits } from '@khudi/sdk'

/** What `nationalDigits` leaves out, between the characters of an identifier. */
const gap = '[\\s.\\-\\u2010-\\u2015\\u061c\\u200e\\u200f]*'

const apart = (characters: string) => [...characters].map((one) => RegExp.escape(one)).join(gap)

/** Shorter references of cases would be found in any column of numbers. */
const leastReferenceLength = 4

export interface Mention {
  /** `scheme:identifier`; `undefined` where no person is known. */
  readonly name: string | undefined
  /** References of the person's cases, by application: a row that was refused for its identifier is known by them. */
  readonly references: ReadonlyMap<string, ReadonlySet<string>>
}

/** Makes the function that says whether texts of a row of an application mention the person. */
export function mentionsOf({ name, references }: Mention) {
  const spelling = name === undefined ? undefined : spellingOf(name)
  return (texts: readonly string[], applicationId: string): boolean => {
    const known = references.get(applicationId)
    return texts.some((text) => {
      if (spelling?.test(asciiDigits(text).toUpperCase()) === true) return true
      return known !== undefined && wordsOf(text).some((word) => known.has(word))
    })
  }
}

/** The text itself, and its parts where it is a row that could not be taken apart. */
function wordsOf(text: string): readonly string[] {
  return [text, ...text.split(/[\s,;|"]+/)]
    .map((word) => word.trim())
    .filter(({ length }) => length >= leastReferenceLength)
}

/** Matches in upper case and ASCII digits. */
function spellingOf(name: string): RegExp {
  const scheme = name.slice(0, name.indexOf(':'))
  const identifier = nationalDigits(name.slice(scheme.length + 1)).toUpperCase()
  // Glued to a word it is the person's still, as part of a longer number somebody else's.
  const beside = (end: string | undefined) => (/\d/.test(end ?? '') ? '\\d' : '[0-9A-Z]')
  const [before, after] = [beside(identifier.replace('+', '')[0]), beside(identifier.at(-1))]
  return new RegExp(`(?<!${before})${spelledIn(scheme, identifier)}(?!${after})`, 'u')
}

function spelledIn(scheme: string, identifier: string): string {
  // The eighth character of a tax number checks the seven before it; people leave it out.
  if (scheme === 'ntn') return `${apart(identifier.slice(0, 7))}(?:${gap}[0-9A-Z])?`
  // A mobile number begins with the country's code or with a zero.
  if (/^\+92\d{10}$/.test(identifier))
    return `(?:\\+${gap}9${gap}2|0${gap}0${gap}9${gap}2|9${gap}2|0)${gap}${apart(identifier.slice(3))}`
  return apart(identifier)
}
