/**
 * Keys of this node: what never lies in the database. Secrets wrap the vault's data keys; signing keys sign the log's
 * checkpoints and cosign those of others. Two keepers: encrypted files (`key-folder.ts`), or a command of the institution
 * that reaches its own hardware (`key-command.ts`).
 *
 * A key that the database knows and the keeper does not have is a reason to stop, never a reason to make another: what was
 * sealed under the lost one would be given up silently. So making and using are different operations.
 */

export type SignatureAlgorithm = 'ed25519' | 'ml-dsa-44'

export interface Signer {
  readonly algorithm: SignatureAlgorithm
  /** Raw public key: 32 bytes of Ed25519 (RFC 8032), 1,312 of ML-DSA-44 (FIPS 204). */
  readonly publicKey: Uint8Array
  /** 64 bytes of Ed25519, 2,420 of ML-DSA-44 (pure, empty context). */
  sign(message: Uint8Array): Promise<Uint8Array>
}

/** `vault/<institution>/wrap-1`: lower-case words, digits and dashes between slashes. */
export type KeyName = string

export interface Keys {
  has(name: KeyName): Promise<boolean>
  /** Makes 32 random bytes of this name, durably. Where there are some already, those stay. */
  makeSecret(name: KeyName): Promise<void>
  /** @throws Fatal `keys.missing`, `keys.damaged` */
  secret(name: KeyName): Promise<Uint8Array>
  /** Makes a signing key of this name, durably; where there is one already, that one is returned. */
  makeSigner(name: KeyName, algorithm: SignatureAlgorithm): Promise<Signer>
  /** @throws Fatal `keys.missing`, `keys.damaged` */
  signer(name: KeyName, algorithm: SignatureAlgorithm): Promise<Signer>
  /** Destroys a key for good. Without it there is nothing to destroy, and nothing happens. */
  destroy(name: KeyName): Promise<void>
}
