/** A log's key for tests: Ed25519, made from the log's name, so that every process has the same. */
import { createPrivateKey, createPublicKey, hash, sign } from 'node:crypto'
import type { CheckpointSigner } from '../kernel/log/checkpoint.ts'

/** DER of PKCS #8 before the 32 bytes of an Ed25519 key (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Signs notes (c2sp.org/signed-note, type 0x01). */
export function testSigner(origin: string): CheckpointSigner {
  const seed = hash('sha256', `test key of ${origin}`, 'buffer')
  const key = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)
  const named = Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(1), publicKey])
  const keyId = hash('sha256', named, 'buffer').subarray(0, 4)
  return {
    origin,
    sign: async (body) => {
      const signature = Buffer.concat([keyId, sign(null, Buffer.from(body), key)])
      return `${body}\n— ${origin} ${signature.toString('base64')}\n`
    },
  }
}
