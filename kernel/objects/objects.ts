/** Content-addressed files on disk: named by their SHA-256, written once, checked at every reading. */
import { dirname, join } from 'node:path'
import { sha256 } from '../canonical.ts'
import { makeFolder, readIfThere, replaceFile } from '../durable-files.ts'

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
      await makeFolder(dirname(path))
      await replaceFile(path, bytes)
      return digest
    },
    async find(digest) {
      const bytes = await readIfThere(pathOf(digest))
      return bytes !== undefined && sha256(bytes).equals(digest) ? bytes : undefined
    },
  }
}
