/** Files that are there whole or not at all, and stay there when the power goes once a function here has returned. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** The bytes of a file; `undefined` where there is none. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/** Makes a file that is not there yet; false, and nothing done, where it is: a link fails where a rename would replace. */
export async function writeNew(path: string, bytes: Uint8Array): Promise<boolean> {
  await makeFolder(dirname(path))
  const unfinished = await writeUnfinished(path, bytes)
  try {
    await link(unfinished, path)
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  } finally {
    await unlink(unfinished)
  }
  await syncFolder(dirname(path))
  return true
}

/** Puts a file in the place of the one that is there: a reader sees all of the old or all of the new one. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = await writeUnfinished(path, bytes)
  try {
    await rename(unfinished, path)
  } catch (error) {
    await unlink(unfinished)
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes a folder with those above it, each entry durable in the folder that holds it. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at))
}

export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** A kill leaves a file `NAME.<16 hex digits>.unfinished`, which nothing reads. */
async function writeUnfinished(path: string, bytes: Uint8Array): Promise<string> {
  const unfinished = `${path}.${randomBytes(8).toString('hex')}.unfinished`
  try {
    await writeDurably(unfinished, bytes)
  } catch (error) {
    // A full disk should not be fuller for it.
    await unlink(unfinished).catch(() => undefined)
    throw error
  }
  return unfinished
}

/** Makes a file whose bytes stay when the power goes; its name in the folder does once the folder is synced. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(bytes)
    // Its length goes with it, and nobody reads when it was changed.
    await file.datasync()
  } finally {
    await file.close()
  }
}
