/**
 * Keys in encrypted files of one folder. `folder.json` says how the passphrase becomes the folder's key (`sealed-keys.ts`) and
 * in which folder beside it the keys lie, each a file of its own.
 *
 * Making, destroying and changing the passphrase hold the folder's lock, so that none of them works on what another is about
 * to leave behind. Reading takes no lock: a file is whole or not there.
 */
import { randomBytes } from 'node:crypto'
import { readdir, rm, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { lockFile } from '../db/file-lock.ts'
import { hasCode, makeFolder, readIfThere, syncFolder, writeNew } from '../durable-files.ts'
import { Fatal } from '../errors.ts'
import type { KeyName, Keys, SignatureAlgorithm, Signer } from './keys.ts'
import {
  type FolderFile,
  folderFileBytes,
  newFolderFile,
  openMaster,
  readFolderFile,
  sealKey,
  unsealKey,
  usualMemoryKib,
} from './sealed-keys.ts'
import { newPrivateKey, signerOn } from './signing.ts'

export interface KeyFolderOptions {
  readonly folder: string
  readonly passphrase: string
  /** Memory of Argon2id in KiB for a folder that is made now. */
  readonly memoryKib?: number
}

/** Nobody holds the lock for longer than a change of the passphrase takes. */
const lockPatienceMs = 30_000

/**
 * Opens the folder, making it where missing. Of two who make it at once, one finds the other's.
 *
 * @throws Fatal `keys.passphrase_wrong`, `keys.folder_damaged`, `keys.unreachable`
 */
export async function keyFolder(options: KeyFolderOptions): Promise<Keys> {
  const { folder } = options
  return reaching(folder, async () => {
    const { file, master } = await openFolder(options)
    await clearLeftovers(folder, file.generation)
    return new KeyFolder(folder, file.generation, master)
  })
}

export interface OpenedFolder {
  readonly file: FolderFile
  readonly master: Uint8Array
}

export async function openFolder({
  folder,
  passphrase,
  memoryKib = usualMemoryKib,
}: KeyFolderOptions): Promise<OpenedFolder> {
  const path = folderFileOf(folder)
  const file = (await readFolderFile(path)) ?? (await makeFolderFile({ folder, passphrase, memoryKib }))
  const master = await openMaster(file, passphrase)
  if (master === undefined) throw new Fatal('keys.passphrase_wrong', { folder })
  return { file, master }
}

async function makeFolderFile({
  folder,
  passphrase,
  memoryKib,
}: Required<KeyFolderOptions>): Promise<FolderFile> {
  const path = folderFileOf(folder)
  await makeFolder(folder)
  if ((await generationsIn(folder)).length > 0) {
    // Somebody else made both since we looked; or keys without it are there, which a new one would lock away for good.
    const theirs = await readFolderFile(path)
    if (theirs === undefined) throw new Fatal('keys.folder_damaged', { path })
    return theirs
  }
  const made = await newFolderFile({ passphrase, memoryKib, generation: 1 })
  await writeNew(path, folderFileBytes(made.file))
  return (await readFolderFile(path)) ?? made.file
}

export const folderFileOf = (folder: string): string => join(folder, 'folder.json')
export const generationFolder = (folder: string, generation: number): string =>
  join(folder, String(generation))

export async function generationsIn(folder: string): Promise<number[]> {
  return (await readdir(folder)).filter((name) => /^[1-9]\d*$/.test(name)).map(Number)
}

/** Holds the folder's lock for as long as `work` takes. */
export async function lockedFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = await lockFile(join(folder, 'lock'), lockPatienceMs)
  try {
    return await work()
  } finally {
    lock.release()
  }
}

/** A change of the passphrase that was cut off leaves the keys under the old or under the new one as well. */
async function clearLeftovers(folder: string, generation: number): Promise<void> {
  const isLeft = (one: number) => one !== generation
  if (!(await generationsIn(folder)).some(isLeft)) return
  await lockedFolder(folder, async () => {
    // Whoever held the lock may have finished the change meanwhile: then the next use says so.
    if ((await readFolderFile(folderFileOf(folder)))?.generation !== generation) return
    for (const one of (await generationsIn(folder)).filter(isLeft))
      await rm(generationFolder(folder, one), { recursive: true })
    await syncFolder(folder)
  })
}

/** What the system refuses is said with the path. */
export async function reaching<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause && 'code' in cause)) throw cause
    const path = 'path' in cause ? String(cause.path) : folder
    throw new Fatal('keys.unreachable', { path, detail: String(cause.code) }, { cause })
  }
}

class KeyFolder implements Keys {
  readonly #folder: string
  readonly #generation: number
  readonly #master: Uint8Array

  constructor(folder: string, generation: number, master: Uint8Array) {
    this.#folder = folder
    this.#generation = generation
    this.#master = master
  }

  has(name: KeyName): Promise<boolean> {
    return this.#reaching(async () => (await this.#find(name)) !== undefined)
  }

  async makeSecret(name: KeyName): Promise<void> {
    await this.#make(name, () => randomBytes(32))
  }

  secret(name: KeyName): Promise<Uint8Array> {
    return this.#get(name)
  }

  async makeSigner(name: KeyName, algorithm: SignatureAlgorithm): Promise<Signer> {
    return signerNamed(name, algorithm, await this.#make(name, () => newPrivateKey(algorithm)))
  }

  async signer(name: KeyName, algorithm: SignatureAlgorithm): Promise<Signer> {
    return signerNamed(name, algorithm, await this.#get(name))
  }

  async destroy(name: KeyName): Promise<void> {
    const path = this.#pathOf(name)
    await this.#locked(async () => {
      // A kill while the key was made may have left it under a second name.
      const names = await readdir(dirname(path)).catch(unlessMissing)
      for (const one of names.filter((found) => found.startsWith(`${basename(path)}.`)))
        await unlink(join(dirname(path), one))
      if (!names.includes(basename(path))) return
      await unlink(path)
      await syncFolder(dirname(path))
    })
  }

  #pathOf(name: KeyName): string {
    if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(name)) throw new Error(`not the name of a key: ${name}`)
    return join(generationFolder(this.#folder, this.#generation), `${name}.key`)
  }

  async #find(name: KeyName): Promise<Buffer | undefined> {
    const sealed = await readIfThere(this.#pathOf(name))
    if (sealed === undefined) {
      await this.#requireGeneration()
      return undefined
    }
    try {
      return unsealKey(this.#master, name, sealed)
    } catch (cause) {
      throw new Fatal('keys.damaged', { name }, { cause })
    }
  }

  #get(name: KeyName): Promise<Buffer> {
    return this.#reaching(async () => {
      const found = await this.#find(name)
      if (found === undefined) throw new Fatal('keys.missing', { name })
      return found
    })
  }

  /** Whoever comes second finds the first one's key and takes that. */
  async #make(name: KeyName, bytes: () => Uint8Array): Promise<Buffer> {
    const there = await this.#reaching(() => this.#find(name))
    if (there !== undefined) return there
    await this.#locked(() => writeNew(this.#pathOf(name), sealKey(this.#master, name, bytes())))
    return this.#get(name)
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return this.#reaching(() =>
      lockedFolder(this.#folder, async () => {
        await this.#requireGeneration()
        return work()
      }),
    )
  }

  /** After a change of the passphrase this process holds the key of files that are no more. */
  async #requireGeneration(): Promise<void> {
    const path = folderFileOf(this.#folder)
    const file = await readFolderFile(path)
    if (file === undefined) throw new Fatal('keys.folder_damaged', { path })
    if (file.generation !== this.#generation)
      throw new Fatal('keys.passphrase_changed', { folder: this.#folder })
  }

  #reaching<T>(work: () => Promise<T>): Promise<T> {
    return reaching(this.#folder, work)
  }
}

function signerNamed(name: KeyName, algorithm: SignatureAlgorithm, der: Uint8Array): Signer {
  try {
    return signerOn(algorithm, der)
  } catch (cause) {
    throw new Fatal('keys.damaged', { name }, { cause })
  }
}

function unlessMissing(error: unknown): string[] {
  if (hasCode(error, 'ENOENT')) return []
  throw error
}
