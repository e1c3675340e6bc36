/**
 * What an entry of the log commits to. The entry is SHA-256 of its opening; a receipt carries the opening, so that it says by
 * itself what was done, when, on which case and with which result. docs/decisions/0010 has the layout.
 */
import { hash } from 'node:crypto'

/** What a receipt shows of an entry. */
export interface Opening {
  /** 16 random bytes. Without them a short opening could be guessed. */
  readonly salt: Uint8Array
  /** Of {@link recordDigestOf}. */
  readonly recordDigest: Uint8Array
  readonly caseId: string | null
  readonly recordedAt: Date
  readonly kind: string
  /** Code of the recommendation; empty where nothing was recommended. */
  readonly said: string
}

export const saltBytes = 16
export const digestBytes = 32
export const uuidBytes = 16
/** Of an opening, before its texts. */
export const headBytes = saltBytes + digestBytes + uuidBytes + 8

/** salt ‖ record digest ‖ UUID of the case or zero ‖ milliseconds as uint64, big-endian ‖ kind ‖ 0x0A ‖ said. */
export function openingBytes({ salt, recordDigest, caseId, recordedAt, kind, said }: Opening): Buffer {
  const text = `${kind}\n${said}`
  const bytes = Buffer.alloc(headBytes + Buffer.byteLength(text))
  bytes.set(salt, 0)
  bytes.set(recordDigest, saltBytes)
  if (caseId !== null) bytes.write(caseId.replaceAll('-', ''), saltBytes + digestBytes, 'hex')
  bytes.writeBigUInt64BE(BigInt(recordedAt.getTime()), headBytes - 8)
  bytes.write(text, headBytes)
  return bytes
}

/** The entry itself: 32 bytes. */
export function commitmentTo(opening: Opening): Buffer {
  return hash('sha256', openingBytes(opening), 'buffer')
}

export interface RecordedAs {
  readonly salt: Uint8Array
  readonly entryId: string
  readonly actor: string
  readonly recordId: string
  /** Canonical JSON of the recorded row. */
  readonly record: string
}

/**
 * SHA-256(SHA-256(salt ‖ entry id ‖ actor) ‖ record id ‖ 0x0A ‖ record). The inner digest binds who did it without the one
 * who is shown the record learning who that was.
 */
export function recordDigestOf({ salt, entryId, actor, recordId, record }: RecordedAs): Buffer {
  const hidden = Buffer.allocUnsafe(saltBytes + uuidBytes + Buffer.byteLength(actor))
  hidden.set(salt, 0)
  hidden.write(entryId.replaceAll('-', ''), saltBytes, 'hex')
  hidden.write(actor, saltBytes + uuidBytes)
  const text = `${recordId}\n${record}`
  const shown = Buffer.allocUnsafe(digestBytes + Buffer.byteLength(text))
  shown.write(hash('sha256', hidden, 'latin1'), 0, 'latin1')
  shown.write(text, digestBytes)
  return hash('sha256', shown, 'buffer')
}
