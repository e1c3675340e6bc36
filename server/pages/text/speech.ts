/** Says things in a reader's language. */
import type { BilingualText, Language } from '@khudi/sdk'
import { type Content, type Html, html } from './html.ts'
import { type Word, words } from './words.ts'

export interface Speech {
  readonly language: Language
  text(this: void, word: Word): string
  /** A text with parts put in at `{name}`; a part keeps its own writing direction if it is isolated. */
  sentence(this: void, word: Word, parts: Readonly<Record<string, Content>>): Html
  /** A text of an application or of the kernel. */
  of(this: void, text: BilingualText): string
}

function speech(language: Language): Speech {
  return {
    language,
    text: (word) => words[word][language],
    sentence: (word, parts) => filled(words[word][language], parts),
    of: (text) => text[language],
  }
}

/** Puts contents at the places of a text. Its own characters are escaped; a place without a content stays visible. */
export function filled(text: string, parts: Readonly<Record<string, Content>>): Html {
  return html`${text.split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1]
    return name !== undefined && Object.hasOwn(parts, name) ? parts[name] : piece
  })}`
}

const byLanguage: Readonly<Record<Language, Speech>> = { en: speech('en'), ur: speech('ur') }

export function speechOf(language: Language): Speech {
  return byLanguage[language]
}
