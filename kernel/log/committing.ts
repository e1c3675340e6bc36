/**
 * What entries commit to, for all entries of one act at once. It says what `recordDigestOf` and `commitmentTo` say of each;
 * those make four buffers and three texts an entry, which is most of what recording costs, and this runs for everything that is
 * done.
 */
import { hash, randomFillSync } from 'node:crypto'
import { digestBytes, headBytes, saltBytes, uuidBytes } from './opening.ts'

const lineFeed = 0x0a
const hyphen = 0x2d
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const mostBytes = 3

/** Salts, record digests and commitments, each kind one behind the other: an array of bytes would travel as text. */
export interface Commitments {
  readonly salts: Buffer
  readonly recordDigests: Buffer
  readonly commitments: Buffer
}

/** What an entry commits to besides who did it and when. */
interface Committed {
  readonly kind: string
  readonly caseId: string | null
  readonly recordId: string
  readonly record: string
  readonly said?: string | null
}

/** @param entryIds one for each */
export function commitTo(
  { actor, at }: { readonly actor: string; readonly at: Date },
  recorded: readonly Committed[],
  entryIds: readonly string[],
): Commitments {
  const salts = randomFillSync(Buffer.allocUnsafe(saltBytes * recorded.length))
  const recordDigests = Buffer.allocUnsafe(digestBytes * recorded.length)
  const commitments = Buffer.allocUnsafe(digestBytes * recorded.length)
  // The same memory for every entry; what does not change within an act is written once.
  const hidden = Buffer.allocUnsafe(saltBytes + uuidBytes + Buffer.byteLength(actor))
  hidden.write(actor, saltBytes + uuidBytes)
  const shown = Buffer.allocUnsafe(digestBytes + 1 + mostBytes * longest(recorded, shownLength))
  const opening = Buffer.allocUnsafe(headBytes + 1 + mostBytes * longest(recorded, saidLength))
  opening.writeBigUInt64BE(BigInt(at.getTime()), headBytes - 8)
  for (const [index, { kind, caseId, recordId, record, said }] of recorded.entries()) {
    salts.copy(hidden, 0, index * saltBytes, (index + 1) * saltBytes)
    writeUuid(hidden, saltBytes, entryIds[index] ?? '')
    // As a string a digest costs a third of what a Buffer of it costs.
    shown.write(hash('sha256', hidden, 'latin1'), 0, 'latin1')
    const recordDigest = hash(
      'sha256',
      shown.subarray(0, writeLines(shown, digestBytes, [recordId, record])),
      'latin1',
    )
    recordDigests.write(recordDigest, index * digestBytes, 'latin1')
    hidden.copy(opening, 0, 0, saltBytes)
    opening.write(recordDigest, saltBytes, 'latin1')
    if (caseId === null) opening.fill(0, saltBytes + digestBytes, headBytes - 8)
    else writeUuid(opening, saltBytes + digestBytes, caseId)
    const opened = opening.subarray(0, writeLines(opening, headBytes, [kind, said ?? '']))
    commitments.write(hash('sha256', opened, 'latin1'), index * digestBytes, 'latin1')
  }
  return { salts, recordDigests, commitments }
}

const shownLength = ({ recordId, record }: Committed) => recordId.length + record.length
const saidLength = ({ kind, said }: Committed) => kind.length + (said?.length ?? 0)

const longest = (recorded: readonly Committed[], lengthOf: (one: Committed) => number) =>
  recorded.reduce((most, one) => Math.max(most, lengthOf(one)), 0)

/** Two texts with a line feed between them, in UTF-8; returns where they end. */
function writeLines(into: Buffer, from: number, [first, second]: readonly [string, string]): number {
  const between = from + into.write(first, from)
  into[between] = lineFeed
  return between + 1 + into.write(second, between + 1)
}

/** The sixteen bytes of a UUID, which is known to be one. */
function writeUuid(into: Buffer, from: number, uuid: string): void {
  let to = from
  for (let at = 0; at < uuid.length; at += 2) {
    if (uuid.charCodeAt(at) === hyphen) at += 1
    into[to++] = (digitAt(uuid, at) << 4) | digitAt(uuid, at + 1)
  }
}

/** 0 to 9 are 0x30 to 0x39; a to f, in either case, end in 1 to 6. */
function digitAt(uuid: string, at: number): number {
  const code = uuid.charCodeAt(at)
  return (code & 15) + (code >> 6) * 9
}
