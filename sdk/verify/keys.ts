/** Verifier keys (c2sp.org/signed-note, "Verifier keys") and the signatures that they verify. */
import { type Bytes, concat, findBase64, isSame, sha256, subtle, utf8 } from './bytes.ts'
import { NotProven } from './failures.ts'

/** The types of signature known here, by their identifier byte. */
export const keyTypes = { ed25519: 0x01, cosignature: 0x04, mlDsa44: 0x06 } as const
export type KeyType = (typeof keyTypes)[keyof typeof keyTypes]

const publicKeyBytes: Readonly<Record<KeyType, number>> = { 1: 32, 4: 32, 6: 1312 }

/** A public key under its name. */
export interface VerifierKey {
  /** The key as it was given. */
  readonly vkey: string
  readonly name: string
  /** Four bytes that name key and type together. */
  readonly keyId: Bytes
  readonly type: KeyType
  readonly publicKey: Bytes
}

/**
 * Reads a verifier key: `<name>+<id in hex>+<Base64 of type and public key>`. The id must be the one that name and key give.
 *
 * @throws NotProven `vkey.form`, `vkey.type`, `vkey.id`
 * @example
 * ```ts
 * import { parseVkey } from '@khudi/sdk/verify'
 * const key = await parseVkey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k')
 * key.name // 'example.com/foo'
 * ```
 */
export async function parseVkey(vkey: string): Promise<VerifierKey> {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(vkey) ?? []
  const material = findBase64(base64)
  if (!isKeyName(name) || material === undefined || material.length < 2)
    throw new NotProven('vkey.form', vkey)
  const type = Object.values(keyTypes).find((known) => known === material[0])
  if (type === undefined) throw new NotProven('vkey.type', vkey)
  const publicKey = material.slice(1)
  if (publicKey.length !== publicKeyBytes[type]) throw new NotProven('vkey.form', vkey)
  const keyId = (await sha256(utf8(`${name}\n`), material)).slice(0, 4)
  const stated = Uint8Array.from(id.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16))
  if (!isSame(keyId, stated)) throw new NotProven('vkey.id', vkey)
  return { vkey, name, keyId, type, publicKey }
}

/** Whether a name may stand in a signature: neither empty nor with a space of any kind or a plus. */
export function isKeyName(name: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a note may not hold
  return /^[^\p{White_Space}\u0000-\u001f+]+$/u.test(name) && name.isWellFormed()
}

/** What verifying came to. `unsupported`: the platform does not know the algorithm, so nothing is known. */
export type SignatureVerdict = 'genuine' | 'wrong' | 'unsupported'

export async function verifySignature(
  { type, publicKey }: VerifierKey,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<SignatureVerdict> {
  const isPostQuantum = type === keyTypes.mlDsa44
  const algorithm = { name: isPostQuantum ? 'ML-DSA-44' : 'Ed25519' }
  const web = subtle()
  try {
    const format = isPostQuantum ? 'raw-public' : 'raw'
    const key = await web.importKey(format, concat(publicKey), algorithm, false, ['verify'])
    return (await web.verify(algorithm, key, concat(signature), concat(message))) ? 'genuine' : 'wrong'
  } catch (error) {
    // An algorithm that is not known is refused as such; a name of a format that is not known, as a value of the wrong type.
    const name = error instanceof Error ? error.name : ''
    if (name === 'NotSupportedError' || (isPostQuantum && name === 'TypeError')) return 'unsupported'
    // A point that is on no curve: whoever made the key, nothing can be signed with it.
    if (name === 'DataError' || name === 'OperationError') return 'wrong'
    throw error
  }
}
