/**
 * Receipts, policies and handovers made for tests with Node's own cryptography and the recursion of RFC 6962 word for word:
 * nothing of what verifies them, and nothing of what the log makes them with.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

const sha256 = (...parts: readonly Uint8Array[]) => {
  const made = createHash('sha256')
  for (const part of parts) made.update(part)
  return made.digest()
}

/** SHA-256(0x00 ‖ entry). */
export const madeLeafHash = (entry: Uint8Array) => sha256(Buffer.of(0), entry)

/** MTH(D) of section 2.1, over leaf hashes. */
export function madeRoot(leaves: readonly Buffer[]): Buffer {
  const [only] = leaves
  if (only === undefined) return sha256()
  if (leaves.length === 1) return only
  const middle = splitOf(leaves.length)
  return sha256(Buffer.of(1), madeRoot(leaves.slice(0, middle)), madeRoot(leaves.slice(middle)))
}

/** PATH(m, D) of section 2.1.1. */
export function madePath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return []
  const middle = splitOf(leaves.length)
  return index < middle
    ? [...madePath(index, leaves.slice(0, middle)), madeRoot(leaves.slice(middle))]
    : [...madePath(index - middle, leaves.slice(middle)), madeRoot(leaves.slice(0, middle))]
}

/** The largest power of two below `count`. */
function splitOf(count: number): number {
  let power = 1
  while (power * 2 < count) power *= 2
  return power
}

/**
 * A path through a tree too large to be made: the hashes beside it are drawn by lot, and the root is what they come to. The
 * recursion is that of section 2.1.1 again.
 */
export function drawnPath(leaf: Buffer, index: number, size: number): { path: Buffer[]; root: Buffer } {
  if (size <= 1) return { path: [], root: leaf }
  const middle = splitOf(size)
  const beside = randomBytes(32)
  const inner =
    index < middle ? drawnPath(leaf, index, middle) : drawnPath(leaf, index - middle, size - middle)
  const pair = index < middle ? [inner.root, beside] : [beside, inner.root]
  return { path: [...inner.path, beside], root: sha256(Buffer.of(1), ...pair) }
}

export interface MadeSigner {
  readonly name: string
  readonly vkey: string
  /** The line of its signature under a text; cosigners say when, in seconds. */
  line(text: string, seconds?: number): string
}

const spkiHeader = { ed25519: 12, 'ml-dsa-44': 22 } as const

/** Signs notes with a new key: Ed25519 plainly (0x01) or as a cosigner (0x04), or ML-DSA-44 (0x06). */
export function madeSigner(name: string, type: 0x01 | 0x04 | 0x06 = 0x01): MadeSigner {
  const { publicKey, privateKey } =
    type === 0x06 ? generateKeyPairSync('ml-dsa-44') : generateKeyPairSync('ed25519')
  const der = publicKey.export({ type: 'spki', format: 'der' })
  const raw = der.subarray(spkiHeader[type === 0x06 ? 'ml-dsa-44' : 'ed25519'])
  const material = Buffer.concat([Buffer.of(type), raw])
  const keyId = sha256(Buffer.from(`${name}\n`), material).subarray(0, 4)
  const line = (text: string, seconds = 0) => {
    const bytes = type === 0x01 ? sign(null, Buffer.from(text), privateKey) : cosignature(text, seconds)
    return `— ${name} ${Buffer.concat([keyId, bytes]).toString('base64')}\n`
  }
  const cosignature = (text: string, seconds: number) => {
    const message =
      type === 0x04
        ? Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)
        : cosignedMessage({ text, name, seconds })
    return Buffer.concat([uint64(seconds), sign(null, message, privateKey)])
  }
  return { name, vkey: `${name}+${keyId.toString('hex')}+${material.toString('base64')}`, line }
}

/** `cosigned_message` of c2sp.org/tlog-cosignature. */
function cosignedMessage(given: { readonly text: string; readonly name: string; readonly seconds: number }) {
  const [origin = '', size = '', root = ''] = given.text.split('\n')
  const opaque = (text: string) => Buffer.concat([Buffer.of(Buffer.byteLength(text)), Buffer.from(text)])
  return Buffer.concat([
    Buffer.from('subtree/v1\n\0'),
    opaque(given.name),
    uint64(given.seconds),
    opaque(origin),
    uint64(0),
    uint64(Number(size)),
    Buffer.from(root, 'base64'),
  ])
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}

export interface MadeEntry {
  readonly caseId: string
  /** Milliseconds since 1970. */
  readonly recordedAt: number
  readonly kind: string
  readonly said: string
  readonly recordDigest: Buffer
}

export const madeEntry: MadeEntry = {
  caseId: '0198c5a2-7f3e-7c41-9d06-3b1f4ae2c870',
  recordedAt: Date.UTC(2026, 10, 20, 6, 30),
  kind: 'decision.made',
  said: 'release',
  recordDigest: sha256(Buffer.from('the record')),
}

export function madeOpening({ caseId, recordedAt, kind, said, recordDigest }: MadeEntry): Buffer {
  const uuid = Buffer.from(caseId.replaceAll('-', ''), 'hex')
  const text = Buffer.from(`${kind}\n${said}`)
  return Buffer.concat([randomBytes(16), recordDigest, uuid, uint64(recordedAt), text])
}

export interface MadeReceipt {
  readonly log: MadeSigner
  readonly witnesses: readonly MadeSigner[]
  readonly index: number
  readonly size: number
  readonly opening?: Buffer
  readonly statedPolicy?: string
  /** Whether every leaf of the tree is made; else the hashes beside the path are drawn by lot. */
  readonly isWhole?: boolean
  /** Seconds since 1970 at which the first witness signs; each other one a second later. */
  readonly cosignedAt?: number
}

export const madeCosignedAt = Date.UTC(2026, 10, 20, 6, 31) / 1000

export function madeReceipt(given: MadeReceipt): string {
  const { log, witnesses, index, size, opening = madeOpening(madeEntry), statedPolicy = '2/3' } = given
  const leaf = madeLeafHash(sha256(opening))
  const { path, root } = given.isWhole === true ? wholeTree(leaf, index, size) : drawnPath(leaf, index, size)
  const extra = Buffer.concat([opening, Buffer.of(0), Buffer.from(statedPolicy)])
  const text = `${log.name}\n${size}\n${root.toString('base64')}\n`
  const cosigned = witnesses.map((one, at) => one.line(text, (given.cosignedAt ?? madeCosignedAt) + at))
  return [
    'c2sp.org/tlog-proof@v1\n',
    `extra ${extra.toString('base64')}\n`,
    `index ${index}\n`,
    ...path.map((hash) => `${hash.toString('base64')}\n`),
    `\n${text}\n${log.line(text)}${cosigned.join('')}`,
  ].join('')
}

function wholeTree(leaf: Buffer, index: number, size: number) {
  const leaves: Buffer[] = Array.from({ length: size }, (_, at) => madeLeafHash(Buffer.from(`entry ${at}`)))
  leaves[index] = leaf
  return { path: madePath(index, leaves), root: madeRoot(leaves) }
}

/** A policy with one group of all witnesses, named w1, w2, …; `none` where there are none. */
export function madePolicy(log: MadeSigner, witnesses: readonly MadeSigner[], amount: string): string {
  const lines = witnesses.map(({ vkey }, at) => `witness w${at + 1} ${vkey}\n`)
  const names = witnesses.map((_, at) => `w${at + 1}`).join(' ')
  const quorum = witnesses.length === 0 ? 'quorum none\n' : `group enough ${amount} ${names}\nquorum enough\n`
  return `log ${log.vkey}\n${lines.join('')}${quorum}`
}
