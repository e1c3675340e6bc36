/**
 * Writing signed notes: verifier keys and signature lines (c2sp.org/signed-note), cosignatures of checkpoints
 * (c2sp.org/tlog-cosignature). Whoever reads and verifies notes does it with `@khudi/sdk/verify`.
 */
import { hash } from 'node:crypto'
import type { NoteSignature } from '@khudi/sdk/verify'
import type { Signer } from '../keys/keys.ts'
import { findCheckpoint } from './checkpoint.ts'

/** A key that signs under a name. Names hold neither spaces nor plus. */
export interface NoteKey {
  readonly name: string
  readonly signer: Signer
}

/** Signed-note, "Signature types": 01 signs any note, 04 and 06 cosign checkpoints at a time. */
const types = { note: 0x01, cosignature: { ed25519: 0x04, 'ml-dsa-44': 0x06 } } as const

/** `<name>+<key ID in hex>+<base64 of type and key>`, for the signatures that {@link signatureLine} writes. */
export function noteVkey(key: NoteKey): string {
  return vkeyOf(key, types.note)
}

/** The same for those of {@link cosignatureLine}. */
export function cosignerVkey(key: NoteKey): string {
  return vkeyOf(key, types.cosignature[key.signer.algorithm])
}

/** Whether a key can have this name: neither empty nor with a space, a control character or a plus. */
export function isKeyName(name: string): boolean {
  return /^[^\p{White_Space}\p{Cc}+]+$/u.test(name) && name.isWellFormed()
}

/** The signed note of a text, signatures that were read from another note of it, and lines that were made here. */
export function noteWith(text: string, read: readonly NoteSignature[], made: readonly string[]): string {
  return `${text}\n${[...read.map(lineOfSignature), ...made].join('')}`
}

/** The line that a signature was read from. */
export function lineOfSignature({ name, keyId, bytes }: NoteSignature): string {
  return lineWith(name, keyId, bytes)
}

/** A signature line of an Ed25519 key on the text of a note, which ends in a line end. */
export async function signatureLine(key: NoteKey, text: string): Promise<string> {
  if (key.signer.algorithm !== 'ed25519') throw new Error('only Ed25519 signs notes of any text')
  return lineOf(key, types.note, await key.signer.sign(Buffer.from(text)))
}

/**
 * A cosignature line on the body of a checkpoint: Ed25519 signs the body, ML-DSA-44 the tree that it is about, each with the
 * time, to the second.
 */
export async function cosignatureLine(key: NoteKey, body: string, at: Date): Promise<string> {
  const seconds = BigInt(Math.floor(at.getTime() / 1000))
  const { algorithm } = key.signer
  const message =
    algorithm === 'ed25519'
      ? Buffer.from(`cosignature/v1\ntime ${seconds}\n${body}`)
      : cosignedMessage(key.name, body, seconds)
  const signature = await key.signer.sign(message)
  return lineOf(key, types.cosignature[algorithm], Buffer.concat([uint64(seconds), signature]))
}

/** `cosigned_message` of tlog-cosignature: of the whole tree, so it starts at 0. */
function cosignedMessage(name: string, body: string, seconds: bigint): Buffer {
  const checkpoint = findCheckpoint(body)
  if (checkpoint === undefined) throw new Error('only checkpoints are cosigned')
  const { origin, size, rootHash } = checkpoint
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    opaque(name),
    uint64(seconds),
    opaque(origin),
    uint64(0n),
    uint64(BigInt(size)),
    rootHash,
  ])
}

/** `opaque <1..2^8-1>` of RFC 8446, section 3.4: its length in one byte, then the bytes. */
function opaque(text: string): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length === 0 || bytes.length > 255) throw new Error(`a name of ${bytes.length} bytes`)
  return Buffer.concat([Uint8Array.of(bytes.length), bytes])
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

function vkeyOf(key: NoteKey, type: number): string {
  const material = Buffer.concat([Uint8Array.of(type), key.signer.publicKey]).toString('base64')
  return `${key.name}+${keyId(key, type).toString('hex')}+${material}`
}

function lineOf(key: NoteKey, type: number, signature: Uint8Array): string {
  return lineWith(key.name, keyId(key, type), signature)
}

function lineWith(name: string, id: Uint8Array, signature: Uint8Array): string {
  return `— ${name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

/** SHA-256(name ‖ 0x0A ‖ type ‖ public key), the first four bytes. */
function keyId({ name, signer }: NoteKey, type: number): Buffer {
  if (!isKeyName(name)) throw new Error(`not the name of a key: ${name}`)
  const hashed = Buffer.concat([Buffer.from(`${name}\n`), Uint8Array.of(type), signer.publicKey])
  return hash('sha256', hashed, 'buffer').subarray(0, 4)
}
