/** Who signed a note, and of cosignatures (c2sp.org/tlog-cosignature) when. */
import { type Bytes, concat, utf8 } from './bytes.ts'
import { findCheckpoint } from './checkpoint.ts'
import { NotProven } from './failures.ts'
import { keyTypes, type SignatureVerdict, type VerifierKey, verifySignature } from './keys.ts'
import { claims, type Note, type NoteSignature } from './note.ts'

/** A key whose signature was verified. */
export interface SignedBy {
  readonly key: VerifierKey
  /** When, as the signer says and signed; null for plain signatures, and where the signer says no time. */
  readonly signedAt: Date | null
}

export interface VerifiedNote {
  readonly note: Note
  readonly signedBy: readonly SignedBy[]
  /** Keys that this platform cannot verify with, though they may have signed. Nothing follows from these. */
  readonly unsupported: readonly VerifierKey[]
}

/**
 * Verifies every signature that a given key claims to have made. Signatures of other keys are passed over, as the specification
 * asks; whether those that were found are enough is for the caller to say.
 *
 * @throws NotProven `signature.wrong`: one wrong signature of a known key makes the whole note worthless
 * @example
 * ```ts
 * import { parseNote, parseVkey, verifyNote } from '@khudi/sdk/verify'
 * async function isSigned(text: string, vkey: string): Promise<boolean> {
 *   const { signedBy } = await verifyNote(parseNote(text), [await parseVkey(vkey)])
 *   return signedBy.length > 0
 * }
 * ```
 */
export async function verifyNote(note: Note, keys: readonly VerifierKey[]): Promise<VerifiedNote> {
  const pairs = keys.flatMap((key) =>
    note.signatures.filter((signature) => claims(signature, key)).map((signature) => ({ key, signature })),
  )
  const checked = await Promise.all(
    pairs.map(async ({ key, signature }) => ({ key, ...(await check(note.text, key, signature)) })),
  )
  const wrong = checked.find(({ verdict }) => verdict === 'wrong')
  if (wrong !== undefined) throw new NotProven('signature.wrong', wrong.key.name)
  const withVerdict = (wanted: SignatureVerdict) => {
    const found = new Map<VerifierKey, Date | null>()
    for (const { key, verdict, signedAt } of checked)
      if (verdict === wanted && !found.has(key)) found.set(key, signedAt)
    return found
  }
  return {
    note,
    signedBy: Array.from(withVerdict('genuine'), ([key, signedAt]) => ({ key, signedAt })),
    unsupported: [...withVerdict('unsupported').keys()],
  }
}

interface Checked {
  readonly verdict: SignatureVerdict
  readonly signedAt: Date | null
}

const wrong: Checked = { verdict: 'wrong', signedAt: null }
const timeBytes = 8
const signatureBytes = {
  [keyTypes.ed25519]: 64,
  [keyTypes.cosignature]: 64,
  [keyTypes.mlDsa44]: 2420,
} as const

async function check(text: string, key: VerifierKey, { bytes }: NoteSignature): Promise<Checked> {
  if (key.type === keyTypes.ed25519) {
    if (bytes.length !== signatureBytes[key.type]) return wrong
    return { verdict: await verifySignature(key, utf8(text), bytes), signedAt: null }
  }
  if (bytes.length !== timeBytes + signatureBytes[key.type]) return wrong
  const seconds = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
  // A time beyond the calendar of ECMAScript cannot be shown to anybody; the specification ends at 2^63 − 1.
  const signedAt = new Date(Number(seconds) * 1000)
  const message = key.type === keyTypes.cosignature ? cosigned(text, seconds) : subtree(text, key, seconds)
  if (message === undefined || Number.isNaN(signedAt.getTime())) return wrong
  const verdict = await verifySignature(key, message, bytes.slice(timeBytes))
  return { verdict, signedAt: seconds === 0n ? null : signedAt }
}

/** The message of an Ed25519 cosignature; undefined where the text is no checkpoint. */
function cosigned(text: string, seconds: bigint): Bytes | undefined {
  return findCheckpoint(text) && utf8(`cosignature/v1\ntime ${seconds}\n${text}`)
}

/** The message of an ML-DSA-44 cosignature, `cosigned_message`; undefined where none can be made. */
function subtree(text: string, { name }: VerifierKey, seconds: bigint): Bytes | undefined {
  const checkpoint = findCheckpoint(text)
  const names = [utf8(name), utf8(checkpoint?.origin ?? '')] as const
  if (checkpoint === undefined || names.some(({ length }) => length < 1 || length > 255)) return undefined
  const [cosigner, origin] = names.map((bytes) => concat(Uint8Array.of(bytes.length), bytes))
  return concat(
    utf8('subtree/v1\n\0'),
    cosigner ?? concat(),
    uint64(seconds),
    origin ?? concat(),
    uint64(0n),
    uint64(BigInt(checkpoint.size)),
    checkpoint.rootHash,
  )
}

function uint64(value: bigint): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}
