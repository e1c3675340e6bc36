/** What a log's entry commits to, as a receipt shows it (docs/decisions/0010): the entry is SHA-256 of these bytes. */
import { type Bytes, findText, hexOf } from './bytes.ts'

export interface Opening {
  /** In hexadecimal. */
  readonly recordDigest: string
  /** UUID; null where it is about no case. */
  readonly caseId: string | null
  readonly recordedAt: Date
  readonly kind: string
  /** Code of the recommendation; empty where nothing was recommended. */
  readonly said: string
}

/** Salt 16, record digest 32, UUID 16, milliseconds 8. */
export const headBytes = 72
const [saltEnd, digestEnd, uuidEnd] = [16, 48, 64] as const

/** Undefined where the bytes are no opening. */
export function findOpening(bytes: Bytes): Opening | undefined {
  const text = findText(bytes.slice(headBytes))
  if (bytes.length < headBytes || text === undefined) return undefined
  const [, kind, said] = /^([^\p{Cc}\s]+)\n(\P{Cc}*)$/u.exec(text) ?? []
  const at = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(uuidEnd)
  const recordedAt = new Date(Number(at))
  if (kind === undefined || said === undefined || Number.isNaN(recordedAt.getTime())) return undefined
  const caseId = uuidOf(hexOf(bytes.slice(digestEnd, uuidEnd)))
  return { recordDigest: hexOf(bytes.slice(saltEnd, digestEnd)), caseId, recordedAt, kind, said }
}

function uuidOf(hex: string): string | null {
  return /^0+$/.test(hex) ? null : hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
