/** Content-addressed files on disk: named by their SHA-256, written once, checked at every reading. */
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '../canonical.ts'
import { newId } from '../identifiers.ts'

export interface Objects {
  /** Stores bytes durably (file and folder synced) and returns their SHA-256. Storing the same bytes twice is one object. */
  put(bytes: Uint8Array): Promise<Uint8Array>
  /** The bytes, or `undefined` where there are none of this digest or they no longer have it. */
  find(digest: Uint8Array): Promise<Uint8Array | undefined>
}

export function diskObjects(folder: string): Objects {
  const pathOf = (digest: Uint8Array) => {
    const name = Buffer.from(digest).toString('hex')
    return join(folder, name.slice(0, 2), name)
  }
  return {
    async put(bytes) {
      const digest = sha256(bytes)
      const path = pathOf(digest)
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const unfinished = `${path}.${newId()}`
      try {
        // A crash before the rename leaves a file of another name, which nothing reads.
        await writeDurably(unfinished, bytes)
        await rename(unfinished, path)
      } catch (error) {
        await unlink(unfinished).catch(() => undefined)
        throw error
      }
      await syncFolder(dirname(path))
      return digest
    },
    async find(digest) {
      try {
        const bytes = await readFile(pathOf(digest))
        return sha256(bytes).equals(digest) ? bytes : undefined
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
