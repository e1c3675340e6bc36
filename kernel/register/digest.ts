/** The digest that the register pins an application's code by. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../canonical.ts'

/** What runs: source and migrations. Tests, samples and pages about it may change without a new registration. */
const runs = /\.(ts|sql)$/
const doesNotRun = /\.(test|bench)\.ts$/

/**
 * SHA-256 over the sorted list of relative path, length and bytes of every file that runs. Read at once rather than by
 * turns: for thousands of small files the turns cost more than the reading.
 */
export function digestOf(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && runs.test(entry.name) && !doesNotRun.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const parts: Uint8Array[] = []
  for (const path of paths) {
    const bytes = readFileSync(path)
    parts.push(Buffer.from(`${path.slice(folder.length + 1)}\n${bytes.length}\n`), bytes)
  }
  return sha256(Buffer.concat(parts))
}
