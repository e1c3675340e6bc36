import { z } from 'zod'
import { Refusal } from './errors.ts'

/** Where a page goes on, opaque to the caller: version and place as base64url JSON. */
export interface Cursor<T> {
  write(place: T): string
  /** @throws Refusal `request.cursor_invalid` */
  read(text: string): T
}

const version = 1

/** A cursor over places of this form. It grants nothing: what it leads to is filtered like a first page. */
export function cursorOf<S extends z.ZodType>(place: S): Cursor<z.output<S>> {
  const Envelope = z.strictObject({ version: z.literal(version), place: z.unknown() })
  return {
    write: (given) => Buffer.from(JSON.stringify({ version, place: given })).toString('base64url'),
    read(text) {
      let value: unknown
      try {
        value = JSON.parse(Buffer.from(text, 'base64url').toString())
      } catch (cause) {
        throw new Refusal('request.cursor_invalid', {}, { cause })
      }
      const envelope = Envelope.safeParse(value)
      const read = place.safeParse(envelope.data?.place)
      if (!envelope.success || !read.success) throw new Refusal('request.cursor_invalid')
      return read.data
    },
  }
}

/** Query parameters of a page, and the reply's shape: rows and, where there is more, the cursor to go on. */
export const PageQuery = {
  cursor: z.string().max(500).optional(),
  size: z.coerce.number().int().min(1).max(200).default(50),
}

export function pageOf<S extends z.ZodType>(row: S) {
  return z.strictObject({ rows: z.array(row), next: z.string().nullable() })
}

/** A page from one row more than was asked for: the surplus row tells that there is a next page. */
export function page<Row, T>(
  rows: readonly Row[],
  size: number,
  { cursor, placeOf }: { readonly cursor: Cursor<T>; placeOf(row: Row): T },
): { readonly rows: readonly Row[]; readonly next: string | null } {
  const shown = rows.slice(0, size)
  const last = shown.at(-1)
  return { rows: shown, next: rows.length > size && last !== undefined ? cursor.write(placeOf(last)) : null }
}
