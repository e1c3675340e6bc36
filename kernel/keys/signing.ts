/** Signing keys by Node's own crypto: how they are made, and the signer on one. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import type { SignatureAlgorithm, Signer } from './keys.ts'

/** Bytes of the algorithm's raw public key; they are the last ones of its SubjectPublicKeyInfo. */
export const publicKeyBytes = { ed25519: 32, 'ml-dsa-44': 1312 } as const satisfies Record<
  SignatureAlgorithm,
  number
>

/** A new private key, PKCS #8 in DER. */
export function newPrivateKey(algorithm: SignatureAlgorithm): Buffer {
  const { privateKey } =
    algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44')
  return privateKey.export({ format: 'der', type: 'pkcs8' })
}

/** @throws Error where the bytes are no private key of this algorithm */
export function signerOn(algorithm: SignatureAlgorithm, der: Uint8Array): Signer {
  const key = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
  if (key.asymmetricKeyType !== algorithm) throw new Error(`a key of ${key.asymmetricKeyType}`)
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  return {
    algorithm,
    publicKey: spki.subarray(-publicKeyBytes[algorithm]),
    sign: async (message) => sign(null, message, key),
  }
}

/** A key that verifies, from its raw bytes. @throws Error where they are none */
export function publicKeyFrom(algorithm: SignatureAlgorithm, raw: Uint8Array): KeyObject {
  if (raw.length !== publicKeyBytes[algorithm]) throw new Error(`a public key of ${raw.length} bytes`)
  return createPublicKey({ key: Buffer.from(raw), format: 'raw-public', asymmetricKeyType: algorithm })
}

export function isSignedBy(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(null, message, key, signature)
}
