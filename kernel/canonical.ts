import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * JSON in the one form that is hashed and compared: RFC 8785 (JSON Canonicalization Scheme).
 *
 * @throws TypeError for what JSON cannot say (undefined at the top, functions); Error for NaN, infinities and lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  const text: unknown = quickly(value) ?? canonicalize(value)
  if (typeof text !== 'string') throw new TypeError('the value has no JSON form')
  return text
}

/**
 * What is common, in a fifth of the time: a copy whose fields are in order, which `JSON.stringify` then writes as RFC 8785 asks.
 * `undefined` where that may not hold, so that the library has to look.
 */
function quickly(value: unknown): string | undefined {
  const copy = inOrder(value, 0)
  const text = copy === odd ? undefined : JSON.stringify(copy)
  // Half a surrogate pair is escaped, and has no form; a text that only looks like one is looked at again.
  return text?.includes('\\ud') === true ? undefined : text
}

const odd = Symbol('what is left to the library')
const mostDepth = 64

function inOrder(value: unknown, depth: number): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : odd
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
  // Circles end here too.
  if (!isObject(value) || depth > mostDepth) return odd
  return Array.isArray(value) ? listInOrder(value, depth) : recordInOrder(value, depth)
}

function listInOrder(values: readonly unknown[], depth: number): unknown {
  const copy: unknown[] = []
  for (const value of values) {
    const inner = inOrder(value, depth + 1)
    if (inner === odd) return odd
    copy.push(inner)
  }
  return copy
}

function recordInOrder(value: Readonly<Record<string, unknown>>, depth: number): unknown {
  if (value.toJSON !== undefined) return odd
  const copy: Record<string, unknown> = {}
  for (const name of sorted(Object.keys(value))) {
    const own = value[name]
    if (own === undefined) continue
    const inner = isOutOfOrder(name) ? odd : inOrder(own, depth + 1)
    if (inner === odd) return odd
    copy[name] = inner
  }
  return copy
}

/** Whether an object would not keep the name where it was put: whole numbers come first, and one name is not a field at all. */
function isOutOfOrder(name: string): boolean {
  const first = name.charCodeAt(0)
  return (first >= 0x30 && first <= 0x39) || name === '__proto__'
}

/** By UTF-16 units, in place. Few names are sorted faster so than by the general way, which needs room of its own. */
function sorted(names: string[]): readonly string[] {
  if (names.length > 24) return names.sort()
  for (let end = 1; end < names.length; end++) {
    const name = names[end] ?? ''
    let at = end
    for (; at > 0; at--) {
      const before = names[at - 1] ?? ''
      if (before <= name) break
      names[at] = before
    }
    names[at] = name
  }
  return names
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** SHA-256 of a text's UTF-8 bytes or of bytes. 32 bytes. */
export function sha256(data: string | Uint8Array): Buffer {
  // By way of text: Node hands a digest out as a Buffer in three times the time.
  return Buffer.from(hash('sha256', data, 'latin1'), 'latin1')
}
