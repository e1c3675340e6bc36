import { randomUUIDv7 } from 'node:crypto'

/** A new identifier: UUID version 7 (RFC 9562), so rows of one time lie together in their index. */
export function newId(): string {
  return randomUUIDv7()
}
