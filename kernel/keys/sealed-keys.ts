/** How a key lies in its file: AES-256-GCM under the folder's key, which Argon2id (RFC 9106) makes from the passphrase. */
import { argon2, createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import { z } from 'zod'
import { readIfThere } from '../durable-files.ts'
import { Fatal } from '../errors.ts'

const derive = promisify(argon2)

/** `folder.json`: with which cost the passphrase becomes the folder's key, and where the keys sealed under it lie. */
const FolderFile = z.strictObject({
  format: z.literal('khudi-keys-1'),
  /** Name of the folder that holds the keys; a change of the passphrase makes the next one. */
  generation: z.int().min(1),
  salt: z.base64(),
  memoryKib: z.int().min(8),
  passes: z.int().min(1),
  /** A sealed constant, to tell a wrong passphrase from a damaged key. */
  check: z.base64(),
})
export type FolderFile = z.infer<typeof FolderFile>

/**
 * 48 MiB in two passes: 130 ms of a processor on the machine that the figures are from, and above the 46 MiB in one pass that OWASP's Password
 * Storage Cheat Sheet asks for.
 */
export const usualMemoryKib = 49_152
const usualPasses = 2

const checkName = 'folder'
const checkText = 'khudi'

export interface NewFolder {
  readonly passphrase: string
  readonly memoryKib: number
  readonly generation: number
}

/** A new `folder.json` and the key that belongs to it. */
export async function newFolderFile({
  passphrase,
  memoryKib,
  generation,
}: NewFolder): Promise<{ readonly file: FolderFile; readonly master: Uint8Array }> {
  const cost = { salt: randomBytes(16).toString('base64'), memoryKib, passes: usualPasses }
  const master = await masterKey(passphrase, cost)
  const check = sealKey(master, checkName, Buffer.from(checkText)).toString('base64')
  return { file: { format: 'khudi-keys-1', generation, ...cost, check }, master }
}

export const folderFileBytes = (file: FolderFile): Uint8Array =>
  Buffer.from(`${JSON.stringify(file, null, 2)}\n`)

/** `undefined` where there is none. @throws Fatal `keys.folder_damaged` */
export async function readFolderFile(path: string): Promise<FolderFile | undefined> {
  const bytes = await readIfThere(path)
  if (bytes === undefined) return undefined
  try {
    return FolderFile.parse(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw new Fatal('keys.folder_damaged', { path }, { cause })
  }
}

/** The folder's key; `undefined` where the passphrase is another one. */
export async function openMaster(file: FolderFile, passphrase: string): Promise<Uint8Array | undefined> {
  const master = await masterKey(passphrase, file)
  try {
    unsealKey(master, checkName, Buffer.from(file.check, 'base64'))
    return master
  } catch {
    return undefined
  }
}

/** The same passphrase typed on another keyboard may come in other code points, so it is taken in one form (NFKC). */
function masterKey(
  passphrase: string,
  { salt, memoryKib, passes }: Pick<FolderFile, 'salt' | 'memoryKib' | 'passes'>,
): Promise<Buffer> {
  return derive('argon2id', {
    message: passphrase.normalize('NFKC'),
    nonce: Buffer.from(salt, 'base64'),
    memory: memoryKib,
    passes,
    parallelism: 1,
    tagLength: 32,
  })
}

const nonceBytes = 12
const tagBytes = 16

/** Nonce ‖ ciphertext ‖ tag, with the key's name as additional data: a file under another's name does not open. */
export function sealKey(master: Uint8Array, name: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', master, nonce).setAAD(Buffer.from(name))
  return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()])
}

/** @throws Error where key, name or bytes are not those of the sealing */
export function unsealKey(master: Uint8Array, name: string, bytes: Uint8Array): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', master, bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(-tagBytes))
  return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()])
}
