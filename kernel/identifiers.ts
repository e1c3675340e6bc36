import { v7 } from 'uuid'

/**
 * A new identifier: UUID version 7 (RFC 9562), so rows of one time lie together in their index. Within a process each is
 * greater than the one before, also in the same millisecond (section 6.2, method 1), which Node's own are not: what one
 * transaction records keeps its order.
 */
export function newId(): string {
  return v7()
}
