/**
 * A log in memory that may tell any history it likes, and sign it. Roots and proofs by the recursions of RFC 6962, section 2.1,
 * as they stand there; nothing of the product computes them.
 */
import { createHash } from 'node:crypto'
import { newPrivateKey, signerOn } from '../kernel/keys/signing.ts'
import { type NoteKey, noteVkey, signatureLine } from '../kernel/log/note.ts'

const sha256 = (...parts: readonly Uint8Array[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()

/** Entries of a history, one text each. */
export type History = readonly string[]

/** The largest power of two below. */
const splitOf = (count: number): number => 2 ** Math.floor(Math.log2(count - 1))

/** MTH(D[n]) */
export function rootOf(history: History): Buffer {
  const [only = ''] = history
  if (history.length === 0) return sha256()
  if (history.length === 1) return sha256(Uint8Array.of(0), Buffer.from(only))
  const k = splitOf(history.length)
  return sha256(Uint8Array.of(1), rootOf(history.slice(0, k)), rootOf(history.slice(k)))
}

/** PROOF(m, D[n]) */
export function proofOf(m: number, history: History): Buffer[] {
  return m === 0 ? [] : subproof(m, history, true)
}

function subproof(m: number, history: History, isWhole: boolean): Buffer[] {
  if (m === history.length) return isWhole ? [] : [rootOf(history)]
  const k = splitOf(history.length)
  return m <= k
    ? [...subproof(m, history.slice(0, k), isWhole), rootOf(history.slice(k))]
    : [...subproof(m - k, history.slice(k), false), rootOf(history.slice(0, k))]
}

export interface ForkedLog {
  readonly key: NoteKey
  readonly vkey: string
  readonly origin: string
  /** The signed checkpoint of a history. */
  checkpoint(history: History): Promise<string>
  /** The body of an `add-checkpoint` request with a right proof, as far as there is one. */
  request(old: number, history: History): Promise<Buffer>
}

export function forkedLog(origin: string): ForkedLog {
  const key = { name: origin, signer: signerOn('ed25519', newPrivateKey('ed25519')) }
  const checkpoint = async (history: History) => {
    const body = bodyOf(origin, history)
    return `${body}\n${await signatureLine(key, body)}`
  }
  return {
    key,
    vkey: noteVkey(key),
    origin,
    checkpoint,
    request: async (old, history) => {
      const proof = old <= history.length ? proofOf(old, history) : []
      return Buffer.from(requestText(old, proof, await checkpoint(history)))
    },
  }
}

export const bodyOf = (origin: string, history: History) =>
  `${origin}\n${history.length}\n${rootOf(history).toString('base64')}\n`

export const requestText = (old: number, proof: readonly Uint8Array[], note: string) =>
  `old ${old}\n${proof.map((one) => `${Buffer.from(one).toString('base64')}\n`).join('')}\n${note}`
