/**
 * The institution's two kinds of secrets: the index key, under which holders are found again, and the wrapping keys, under
 * which their data keys lie in the database. They stay in memory as long as their keeper does; data keys do not.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { Fatal } from '../errors.ts'
import { hmacSha256 } from '../hmac.ts'
import type { Kernel } from '../kernel.ts'
import type { KeyName, Keys } from '../keys/keys.ts'
import { freshNonce, nonceBytes } from './nonces.ts'
import { insertFirstWrappingKey, wrappingKeyInUse } from './store.ts'

export const wrappingKeyName = (institutionId: string, keyNumber: number): KeyName =>
  `vault/${institutionId}/wrap-${keyNumber}`

const indexKeyName = (institutionId: string): KeyName => `vault/${institutionId}/index`

/** Secrets by keeper and name. */
const held = new WeakMap<Keys, Map<KeyName, Promise<KeyObject>>>()
/** Numbers of the wrapping keys in use as last seen, by keeper and institution. Whoever writes has the database confirm it. */
const lastSeen = new WeakMap<Keys, Map<string, number>>()

function ofKeeper<T>(all: WeakMap<Keys, Map<string, T>>, keys: Keys): Map<string, T> {
  const found = all.get(keys) ?? new Map<string, T>()
  all.set(keys, found)
  return found
}

/** @throws Fatal `keys.missing` */
function secretNamed(keys: Keys, name: KeyName): Promise<KeyObject> {
  const secrets = ofKeeper(held, keys)
  const found = secrets.get(name)
  if (found !== undefined) return found
  const secret = keys.secret(name).then((bytes) => createSecretKey(bytes))
  secrets.set(name, secret)
  secret.catch(() => secrets.delete(name))
  return secret
}

/** Asks the keeper alone, so that it may be called inside a transaction. @throws Fatal `keys.missing` */
export function wrappingKeyOf(keys: Keys, institutionId: string, keyNumber: number): Promise<KeyObject> {
  return secretNamed(keys, wrappingKeyName(institutionId, keyNumber))
}

/** A row that was read just before a rotation names a wrapping key that is destroyed by now; read again it names the next. */
export async function againWhereRewrapped<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Fatal && error.code === 'keys.missing')) throw error
    return work()
  }
}

/** After its destruction. Other processes of the product forget it when they end. */
export function forgetWrappingKey(keys: Keys, institutionId: string, keyNumber: number): void {
  ofKeeper(held, keys).delete(wrappingKeyName(institutionId, keyNumber))
}

type Keeper = Pick<Kernel, 'db' | 'keys' | 'clock'>

/**
 * Number of the wrapping key in use. The first call for an institution makes its keys, all of them outside the caller's
 * transactions.
 *
 * @throws Fatal `keys.missing` where the database knows a key that the keeper does not have
 */
export async function keyNumberInUse(kernel: Keeper, institutionId: string): Promise<number> {
  return ofKeeper(lastSeen, kernel.keys).get(institutionId) ?? (await seeKeyInUse(kernel, institutionId))
}

/** The same, asked of the database. */
export async function seeKeyInUse(kernel: Keeper, institutionId: string): Promise<number> {
  const find = () =>
    kernel.db.transaction(institutionId, (tx) => tx.maybe(wrappingKeyInUse, [institutionId]), {
      isReadOnly: true,
    })
  const keyNumber = (await find())?.keyNumber ?? (await makeSecrets(kernel, institutionId))
  // Missing, they are missed now and not with the first person.
  await wrappingKeyOf(kernel.keys, institutionId, keyNumber)
  await secretNamed(kernel.keys, indexKeyName(institutionId))
  ofKeeper(lastSeen, kernel.keys).set(institutionId, keyNumber)
  return keyNumber
}

/**
 * The keys are durable before the database knows of them: a crash in between leaves keys that nothing was done with, and the
 * next attempt takes those.
 */
async function makeSecrets(kernel: Keeper, institutionId: string): Promise<number> {
  await kernel.keys.makeSecret(indexKeyName(institutionId))
  await kernel.keys.makeSecret(wrappingKeyName(institutionId, 1))
  return kernel.db.transaction(institutionId, async (tx) => {
    await tx.run(insertFirstWrappingKey, [institutionId, kernel.clock()])
    // Where another process was faster, and has even rotated since, it is not the first.
    return (await tx.one(wrappingKeyInUse, [institutionId])).keyNumber
  })
}

/** HMAC-SHA-256 of holders' names under the institution's index key. 32 bytes each. */
export async function blindIndices(
  kernel: Keeper,
  institutionId: string,
  names: readonly string[],
): Promise<readonly Buffer[]> {
  await keyNumberInUse(kernel, institutionId)
  const indexKey = await secretNamed(kernel.keys, indexKeyName(institutionId))
  const bytes = indexKey.export()
  return names.map((name) => hmacSha256(bytes, name))
}

const tagBytes = 16

/**
 * Whose data key, bound to the wrapped bytes: one that was moved to another holder's row does not open, nor one whose holder was
 * given another's name to be found by.
 */
export interface WrappedFor {
  readonly institutionId: string
  readonly holderId: string
  readonly blindIndex: Uint8Array
}

const boundTo = ({ institutionId, holderId, blindIndex }: WrappedFor) =>
  Buffer.concat([Buffer.from(`${institutionId}/${holderId}/`), blindIndex])

/** AES-256-GCM: nonce ‖ encrypted key ‖ tag, 60 bytes. */
export function wrap(wrappingKey: KeyObject, owner: WrappedFor, dataKey: Uint8Array): Buffer {
  const nonce = freshNonce()
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce).setAAD(boundTo(owner))
  return Buffer.concat([nonce, cipher.update(dataKey), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error where key, owner or bytes are not those of the wrapping */
export function unwrap(wrappingKey: KeyObject, owner: WrappedFor, wrapped: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(boundTo(owner)).setAuthTag(wrapped.subarray(-tagBytes))
  const dataKey = decipher.update(wrapped.subarray(nonceBytes, -tagBytes))
  // Throws where the tag is not right; it adds no bytes.
  decipher.final()
  return dataKey
}
