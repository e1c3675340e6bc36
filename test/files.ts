/** Finds test files, and which of them (through what they import) use a database. */
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const NOT_OURS = new Set(['node_modules', 'var', '.git', 'artefacts'])

/** Every file of the checkout that `isWanted` by its path relative to the root; sorted. */
export async function sourceFiles(
  isWanted: (path: string) => boolean,
  folder: string = root,
): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : sourceFiles(isWanted, path)
      return entry.isFile() && isWanted(relative(root, path)) ? [path] : []
    }),
  )
  return found.flat().sort()
}

/** Test files; the long ones (`*.long.test.ts`) only when asked for. With `under`, those whose path contains one of it. */
export async function testFiles(isLong: boolean, under: readonly string[]): Promise<string[]> {
  const all = await sourceFiles(
    (path) => path.endsWith('.test.ts') && (isLong || !path.endsWith('.long.test.ts')),
  )
  return under.length === 0
    ? all
    : all.filter((path) => under.some((part) => relative(root, path).includes(part)))
}

/** Those of `files` that import `test/database.ts`, themselves or through other files of ours; no browser journeys. */
export async function usingDatabase(files: readonly string[]): Promise<string[]> {
  const harness = join(root, 'test/database.ts')
  const imports = new Map<string, Promise<readonly string[]>>()
  const importsOf = (file: string): Promise<readonly string[]> => {
    const known = imports.get(file) ?? relativeImports(file)
    imports.set(file, known)
    return known
  }
  const uses = await Promise.all(files.map((file) => reaches(file, harness, importsOf)))
  return files.filter((file, index) => uses[index] === true && !file.includes('/test/browser/'))
}

async function reaches(
  from: string,
  goal: string,
  importsOf: (file: string) => Promise<readonly string[]>,
): Promise<boolean> {
  const seen = new Set([from])
  for (const file of seen) {
    if (file === goal) return true
    for (const next of await importsOf(file)) seen.add(next)
  }
  return false
}

async function relativeImports(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return [...text.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, path = '']) => resolve(dirname(file), path))
}
