import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const randomBytes = 16
/** The system is asked for chance once in so many identifiers: asking costs five times what the rest does. */
const pool = new Uint8Array(256 * randomBytes)
let taken = pool.length

/** Of the identifier before: its millisecond, and the 32-bit counter that orders those of one millisecond. */
const before = { msecs: Number.NEGATIVE_INFINITY, seq: 0 }

const bytes = new Uint8Array(16)
const text = Buffer.alloc(36, '-')
/** In front of which byte the text of a UUID has a hyphen. */
const isPart = (byte: number) => byte === 4 || byte === 6 || byte === 8 || byte === 10

/** In one piece: the library puts the text together part by part, which leaves twenty texts behind for each identifier. */
function textOf(uuid: Uint8Array): string {
  let at = 0
  for (let index = 0; index < uuid.length; index++) {
    if (isPart(index)) at += 1
    const byte = uuid[index] ?? 0
    text[at++] = digitOf(byte >> 4)
    text[at++] = digitOf(byte & 15)
  }
  return text.toString('latin1')
}

const digitOf = (value: number) => value + (value < 10 ? 0x30 : 0x57)

/**
 * A new identifier: UUID version 7 (RFC 9562), so rows of one time lie together in their index. Within a process each is
 * greater than the one before, also in the same millisecond (section 6.2, method 1), which Node's own are not: what one
 * transaction records keeps its order.
 */
export function newId(): string {
  freshRandom()
  const now = Date.now()
  if (now > before.msecs) {
    before.msecs = now
    // Begins below half of its range, so that it does not run over within the millisecond.
    before.seq = new DataView(random.buffer, random.byteOffset).getUint32(6) >>> 1
  } else {
    before.seq = (before.seq + 1) >>> 0
    if (before.seq === 0) before.msecs += 1
  }
  v7({ random, ...before }, bytes)
  return textOf(bytes)
}

const random = new Uint8Array(randomBytes)

/** Fills `random` with bytes that no other identifier gets. */
function freshRandom(): void {
  if (taken === pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  for (let at = 0; at < randomBytes; at++) random[at] = pool[taken + at] ?? 0
  taken += randomBytes
}
