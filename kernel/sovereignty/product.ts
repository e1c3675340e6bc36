/** What the product is made of, in one digest: its source, its policies and the versions of what it depends on. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../canonical.ts'

const folders = ['applications', 'engines', 'kernel', 'policies', 'sdk', 'server']
const files = ['package.json', 'package-lock.json']
/** Tests, samples and pages about it may change without another product. */
const runs = /\.(ts|sql|cedar|cedarschema|json|css|svg)$/
const doesNotRun = /\.(test|bench)\.ts$|\.sample\.json$/

/** SHA-256 over path, length and bytes of every file, in hexadecimal digits. */
export function productDigestOf(folder: string): string {
  const found = folders
    .flatMap((name) => readdirSync(join(folder, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && runs.test(entry.name) && !doesNotRun.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes('/node_modules/'))
  const paths = [...found, ...files.map((name) => join(folder, name))].sort()
  const parts = paths.flatMap((path) => {
    const bytes = readFileSync(path)
    return [Buffer.from(`${path.slice(folder.length + 1)}\n${bytes.length}\n`), bytes]
  })
  return sha256(Buffer.concat(parts)).toString('hex')
}
