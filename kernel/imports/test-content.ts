/** What the tests of imports have in common: content as a stream of bytes, and the refusal that something ends in. */
import assert from 'node:assert/strict'
import { Refusal } from '../errors.ts'

/** The content in chunks of a size that no reader expects. */
export async function* bytesOf(content: string | Uint8Array, chunk = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk)
}

/** The refusal that the reading ends in; fails where it succeeds or throws anything else. */
export async function refusalOf(reading: () => Promise<unknown>): Promise<Refusal> {
  try {
    await reading()
  } catch (error) {
    assert.ok(error instanceof Refusal, `threw ${String(error)}`)
    return error
  }
  return assert.fail('nothing was refused')
}

/** Codes of a record's problems; none for a record that was read. */
export function codesOf(record: object | undefined): readonly string[] {
  if (record === undefined || !('problems' in record) || !Array.isArray(record.problems)) return []
  return record.problems.map(({ code }: { readonly code: string }) => code)
}
