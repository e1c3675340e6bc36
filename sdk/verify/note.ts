/** Signed notes (c2sp.org/signed-note): a text and the signatures below it. */
import { type Bytes, findBase64, findText, isSame } from './bytes.ts'
import { NotProven } from './failures.ts'
import { isKeyName, type VerifierKey } from './keys.ts'

/** A text under signatures that nobody has verified yet. */
export interface Note {
  /** Ends in a line end. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

export interface NoteSignature {
  readonly name: string
  /** Four bytes. */
  readonly keyId: Bytes
  /** What the key made: for cosignatures with the time before it. */
  readonly bytes: Bytes
}

/** Longer than any note of a hundred post-quantum signatures, and short enough to be read at once. */
const mostCharacters = 1_000_000
/** The specification asks for at least 16. */
const mostSignatures = 100

/**
 * Reads a note strictly; verifies nothing. The last empty line parts text and signatures.
 *
 * @throws NotProven `text.…`, `note.…`
 * @example
 * ```ts
 * import { parseNote } from '@khudi/sdk/verify'
 * const note = 'Hello.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n'
 * parseNote(note).signatures.length // 1
 * ```
 */
export function parseNote(given: string | Uint8Array): Note {
  const whole = checkedText(given)
  const end = whole.lastIndexOf('\n\n')
  if (end < 0 || !whole.endsWith('\n') || end + 2 === whole.length) throw new NotProven('note.form')
  const lines = whole.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) throw new NotProven('note.too_many_signatures')
  return { text: whole.slice(0, end + 1), signatures: lines.map(signatureOf) }
}

/** The text as a note may hold it: UTF-8 without control characters but line ends. @throws NotProven `text.…` */
export function checkedText(given: string | Uint8Array): string {
  if (given.length > mostCharacters) throw new NotProven('text.too_long')
  const text = typeof given === 'string' ? given : findText(given)
  if (text === undefined || !text.isWellFormed()) throw new NotProven('text.not_utf8')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a note may not hold
  if (/[\u0000-\u0009\u000b-\u001f]/.test(text)) throw new NotProven('text.control_character')
  return text
}

function signatureOf(line: string): NoteSignature {
  const [dash, name = '', base64 = '', ...others] = line.split(' ')
  const bytes = findBase64(base64)
  const isWhole = dash === '—' && isKeyName(name) && others.length === 0
  if (!isWhole || bytes === undefined || bytes.length < 5) throw new NotProven('note.signature_form', line)
  return { name, keyId: bytes.slice(0, 4), bytes: bytes.slice(4) }
}

/** Whether the signature says that it is of the key: by name and id, both. */
export function claims({ name, keyId }: NoteSignature, key: VerifierKey): boolean {
  return name === key.name && isSame(keyId, key.keyId)
}
