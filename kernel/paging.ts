/**
 * Lists in pages. A page ends in a *cursor*: where the next one goes on, opaque to the caller.
 *
 * A cursor is signed by nothing: it only says where to continue in rows that the caller may see anyway. The checksum is
 * there so that one which was cut, altered or taken from another list is refused instead of silently skipping rows.
 */
import { z } from 'zod'
import { sha256 } from './canonical.ts'
import { Refusal } from './errors.ts'

/** Query fields of every list: spread them into the query's schema. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Rows in a page'),
  cursor: z.string().min(1).max(512).optional().describe('`next` of the page before'),
}

/** Reply of every list: rows in order, and the cursor of the page after, null on the last page. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.strictObject({ items: z.array(row), next: z.string().nullable() })
}

/** Cursors of one list. */
export interface Cursors<Position extends z.ZodType> {
  /** Cursor of the page after `position`; `within` holds what the list was filtered by, so that it cannot change between pages. */
  write(position: z.input<Position>, within?: string): string
  /** @throws Refusal request.cursor_invalid */
  read(cursor: string, within?: string): z.output<Position>
}

const VERSION = 1
const CHECKSUM_BYTES = 8
const HEAD_BYTES = 1 + CHECKSUM_BYTES

/**
 * The cursors of the list `list`, whose order is by `position`, the columns of its last row.
 *
 * Wire form: base64url of a version byte, the first 8 bytes of SHA-256 over list, filter and position, and the position
 * as JSON.
 */
export function cursorsOf<Position extends z.ZodType>(list: string, position: Position): Cursors<Position> {
  const checksum = (json: string, within: string) =>
    sha256(JSON.stringify(['khudi-cursor', VERSION, list, within, json])).subarray(0, CHECKSUM_BYTES)
  return {
    write(given, within = '') {
      const json = JSON.stringify(given)
      return Buffer.concat([Buffer.of(VERSION), checksum(json, within), Buffer.from(json)]).toString(
        'base64url',
      )
    },
    read(cursor, within = '') {
      const bytes = Buffer.from(cursor, 'base64url')
      const json = bytes.toString('utf8', HEAD_BYTES)
      // Decoding skips characters that are not base64url and ignores surplus bits; only one spelling is ours.
      const isOurs =
        bytes.toString('base64url') === cursor &&
        bytes[0] === VERSION &&
        checksum(json, within).equals(bytes.subarray(1, HEAD_BYTES))
      const read = isOurs ? position.safeParse(parse(json)) : undefined
      // A right checksum over a wrong position: from an older release of the list, or made by somebody who read this file.
      if (read?.success !== true) throw new Refusal('request.cursor_invalid')
      return read.data
    },
  }
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

/** A page from one row more than was asked for: the surplus row tells that there is a next page. */
export function page<Row, Position extends z.ZodType>(
  rows: readonly Row[],
  limit: number,
  next: {
    readonly cursors: Cursors<Position>
    readonly within?: string
    positionOf(row: Row): z.input<Position>
  },
): { readonly items: readonly Row[]; readonly next: string | null } {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  if (rows.length <= limit || last === undefined) return { items, next: null }
  return { items, next: next.cursors.write(next.positionOf(last), next.within) }
}
