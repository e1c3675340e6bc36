/** A set of policies as files, and the digest that names it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { PolicyFile } from './policy.ts'

/** The form that is stored and hashed: canonical JSON of the files in the order of their names. */
export function canonicalFiles(files: readonly PolicyFile[]): string {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return canonicalJson(sorted.map(({ name, text }) => ({ name, text: text.replaceAll('\r\n', '\n') })))
}

/** SHA-256 of the canonical form, 32 bytes: the same policies have the same digest everywhere. */
export const digestOfFiles = (files: readonly PolicyFile[]): Buffer => sha256(canonicalFiles(files))

/** What the platform comes with. */
export interface PolicyFolder {
  readonly files: readonly PolicyFile[]
  /** What policies may speak of, in Cedar's schema language. */
  readonly schema: string
}

/** Reads a folder of `*.cedar` files with its `khudi.cedarschema`. */
export function readPolicyFolder(folder: string): PolicyFolder {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const names = readdirSync(folder).filter((name) => name.endsWith('.cedar'))
  return {
    files: names.sort().map((name) => ({ name, text: read(name) })),
    schema: read('khudi.cedarschema'),
  }
}
