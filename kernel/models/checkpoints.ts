/**
 * Checkpoints of training that was interrupted: files beside the database, each under a name that says from what it was made, so
 * that only the same training of the same examples goes on from it. As confidential as a model, and readable by the owner alone.
 */
import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../canonical.ts'
import { hasCode, makeFolder, readIfThere, replaceFile } from '../durable-files.ts'

/** What one training is, and of what: a name for its model, and the digest of everything that it depends on. */
export interface CheckpointKey {
  /** Of letters, digits, `-`, `_` and `.`: institution, application, model. */
  readonly owner: string
  /** 64 hexadecimal digits. */
  readonly of: string
}

export interface Checkpoints {
  /** The last one that was kept whole; `undefined` where there is none. */
  find(key: CheckpointKey): Promise<Uint8Array | undefined>
  /** Keeps it in the place of the one before. */
  keep(key: CheckpointKey, bytes: Uint8Array): Promise<void>
  /** Removes every checkpoint of this model but, where `except` is given, those of that training. */
  clear(owner: string, except?: string): Promise<void>
}

const digestBytes = 32
const ending = '.checkpoint'

export function diskCheckpoints(folder: string): Checkpoints {
  const pathOf = ({ owner, of }: CheckpointKey) => join(folder, `${owner}.${of}${ending}`)
  return {
    async find(key) {
      const file = await readIfThere(pathOf(key))
      const bytes = file?.subarray(digestBytes)
      // One that was damaged is as good as none: training begins anew and ends the same.
      return bytes !== undefined && file !== undefined && sha256(bytes).equals(file.subarray(0, digestBytes))
        ? bytes
        : undefined
    },
    async keep(key, bytes) {
      await makeFolder(folder)
      await replaceFile(pathOf(key), Buffer.concat([sha256(bytes), bytes]))
    },
    async clear(owner, except) {
      for (const name of await namesIn(folder))
        if (name.startsWith(`${owner}.`) && name.endsWith(ending) && name !== `${owner}.${except}${ending}`)
          await unlink(join(folder, name))
    },
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
