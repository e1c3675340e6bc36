/** A log's change of key: the old key signs which one comes next. */
import { NotProven } from './failures.ts'
import { keyTypes, parseVkey, type VerifierKey } from './keys.ts'
import { parseNote } from './note.ts'
import { verifyNote } from './signatures.ts'

const header = 'khudi log key handover/v1'

/**
 * The key that the trusted one names as its successor. The note's text has three lines: the header, the log's origin and the
 * new verifier key, of the same log.
 *
 * @throws NotProven `handover.…`, `signature.wrong`, `vkey.…`, `note.…`, `platform.…`
 * @example
 * ```ts
 * import { verifyHandover } from '@khudi/sdk/verify'
 * const successor = async (note: string, trusted: string) => (await verifyHandover(note, trusted)).vkey
 * ```
 */
export async function verifyHandover(given: string | Uint8Array, trusted: string): Promise<VerifierKey> {
  const old = await parseVkey(trusted)
  // The other types sign checkpoints only.
  if (old.type !== keyTypes.ed25519) throw new NotProven('handover.key', trusted)
  const note = parseNote(given)
  const [first, origin, vkey = '', ...rest] = note.text.split('\n')
  if (first !== header || rest.length !== 1 || rest[0] !== '') throw new NotProven('handover.form')
  const { signedBy, unsupported } = await verifyNote(note, [old])
  if (unsupported.length > 0) throw new NotProven('platform.algorithm', old.name)
  if (signedBy.length === 0) throw new NotProven('handover.not_signed', old.name)
  if (origin !== old.name) throw new NotProven('handover.origin', origin)
  const next = await parseVkey(vkey)
  const isLogKey = next.type === keyTypes.ed25519 || next.type === keyTypes.mlDsa44
  if (!isLogKey || next.name !== origin || next.vkey === old.vkey) throw new NotProven('handover.key', vkey)
  return next
}
