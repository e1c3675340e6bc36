/** Where the passphrase of the keys comes from. */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readIfThere, writeNew } from '../durable-files.ts'
import { Fatal } from '../errors.ts'
import { folderFileOf, reaching } from './key-folder.ts'

/** What the environment says. */
export interface PassphraseGiven {
  readonly passphrase?: string | undefined
  /** A file whose first line is the passphrase. */
  readonly passphraseFile?: string | undefined
}

/** Folder of keys in a data folder. */
export const keysFolderOf = (dataFolder: string): string => join(dataFolder, 'keys')
/** The passphrase that the product chose for itself. Whoever may read this file may open the keys. */
export const ownPassphraseFileOf = (dataFolder: string): string => join(dataFolder, 'key-passphrase')

const leastLength = 12

/**
 * The passphrase for the keys of a data folder. Where none is given and there are no keys yet, a random one is made and kept
 * beside them.
 *
 * @throws Fatal `keys.passphrase_missing`, `keys.passphrase_short`, `keys.unreachable`
 */
export function findPassphrase(dataFolder: string, given: PassphraseGiven): Promise<string> {
  return reaching(dataFolder, async () => {
    if (given.passphrase !== undefined) return longEnough(given.passphrase)
    if (given.passphraseFile !== undefined) return readPassphrase(given.passphraseFile)
    return ownPassphrase(dataFolder)
  })
}

/** The first line of a file. @throws Fatal `keys.passphrase_short`, `keys.unreachable` */
export function readPassphrase(path: string): Promise<string> {
  return reaching(path, async () => longEnough(firstLine(await readFile(path, 'utf8'))))
}

async function ownPassphrase(dataFolder: string): Promise<string> {
  const path = ownPassphraseFileOf(dataFolder)
  const isNew = (await readIfThere(folderFileOf(keysFolderOf(dataFolder)))) === undefined
  // Written before the first key: a crash leaves a passphrase that the next start takes.
  if (isNew) await writeNew(path, Buffer.from(`${randomBytes(32).toString('base64url')}\n`))
  const kept = await readIfThere(path)
  if (kept === undefined) throw new Fatal('keys.passphrase_missing', { file: path })
  return longEnough(firstLine(kept.toString('utf8')))
}

const firstLine = (text: string) => text.split(/\r?\n/)[0] ?? ''

function longEnough(passphrase: string): string {
  if ([...passphrase].length < leastLength) throw new Fatal('keys.passphrase_short', { least: leastLength })
  return passphrase
}
