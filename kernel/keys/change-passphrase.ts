/** A new passphrase for a folder of keys, with the folder's key and every file made anew. */
import { readdir, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { makeFolder, readIfThere, replaceFile, syncFolder, writeNew } from '../durable-files.ts'
import { Fatal } from '../errors.ts'
import {
  folderFileOf,
  generationFolder,
  generationsIn,
  lockedFolder,
  type OpenedFolder,
  openFolder,
  reaching,
} from './key-folder.ts'
import { folderFileBytes, newFolderFile, sealKey, unsealKey } from './sealed-keys.ts'

export interface PassphraseChange {
  readonly folder: string
  readonly passphrase: string
  readonly newPassphrase: string
  /** Called after each numbered step. */
  readonly reached?: (step: number) => void
}

/**
 * Processes that have the folder open stop at their next use of a key, and start again with the new passphrase.
 *
 * Answers how many keys there are.
 *
 * @throws Fatal `keys.passphrase_wrong`, `keys.damaged`, `keys.folder_damaged`, `keys.unreachable`
 */
export function changePassphrase(change: PassphraseChange): Promise<number> {
  const { folder, passphrase, newPassphrase, reached = () => undefined } = change
  return reaching(folder, async () => {
    if ((await readIfThere(folderFileOf(folder))) === undefined)
      throw new Fatal('keys.folder_damaged', { path: folderFileOf(folder) })
    return lockedFolder(folder, async () => {
      const old = await openFolder({ folder, passphrase })
      const { generation, memoryKib } = old.file
      // 1. What a change before this one left is removed. A crash leaves less of it.
      for (const one of (await generationsIn(folder)).filter((left) => left !== generation))
        await rm(generationFolder(folder, one), { recursive: true })
      reached(1)
      // 2. Every key is sealed anew into the folder beside. A crash leaves that folder, which nobody reads yet.
      const made = await newFolderFile({ passphrase: newPassphrase, memoryKib, generation: generation + 1 })
      const keys = await sealAnew(folder, old, { ...made, step: () => reached(2) })
      reached(3)
      // 3. The new `folder.json` takes the old one's place: from here on only the new passphrase opens the keys.
      await replaceFile(folderFileOf(folder), folderFileBytes(made.file))
      reached(4)
      // 4. The old files go. After a crash the next start removes them.
      await rm(generationFolder(folder, generation), { recursive: true, force: true })
      await syncFolder(folder)
      reached(5)
      return keys
    })
  })
}

async function sealAnew(
  folder: string,
  old: OpenedFolder,
  { file, master, step }: OpenedFolder & { readonly step: () => void },
): Promise<number> {
  const from = generationFolder(folder, old.file.generation)
  const to = generationFolder(folder, file.generation)
  await makeFolder(to)
  const names = await keysIn(from)
  for (const name of names) {
    const path = `${name}.key`
    const sealed = await readIfThere(join(from, path))
    if (sealed === undefined) throw new Fatal('keys.missing', { name })
    await writeNew(join(to, path), sealKey(master, name, opened(old.master, name, sealed)))
    step()
  }
  return names.length
}

function opened(master: Uint8Array, name: string, sealed: Uint8Array): Uint8Array {
  try {
    return unsealKey(master, name, sealed)
  } catch (cause) {
    throw new Fatal('keys.damaged', { name }, { cause })
  }
}

async function keysIn(folder: string): Promise<string[]> {
  await makeFolder(folder)
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((one) => one.isFile() && one.name.endsWith('.key'))
    .map((one) =>
      relative(folder, join(one.parentPath, one.name)).split(sep).join('/').slice(0, -'.key'.length),
    )
}
