/** Who may import what. The table of the style, as data; there is no list of tolerated exceptions. */
import { posix } from 'node:path'
import { type Import, importsOf, targetOf } from '../source/imports.ts'
import { type Finding, isTest, type Rule, type Source } from '../source/parse.ts'

/** What the package.json files name. */
export interface Packages {
  /** `dependencies` of the root: what the product runs with. */
  readonly runtime: readonly string[]
  /** `devDependencies` of the root: what checks and benchmarks need. */
  readonly development: readonly string[]
  /** Dependencies of the console's own package. */
  readonly console: readonly string[]
}

interface Row {
  /** Beginnings of paths besides the file's own folder. */
  readonly folders: readonly (string | RegExp)[]
  readonly packages: readonly string[]
  /** Whether modules of Node (`node:…`) may be imported. */
  readonly node: boolean
}

const sdk = '@khudi/sdk'
const everywhere = ['']

/** By first folder. `engines` and `applications` have one row for each of their folders: none may see another. */
function rows({ runtime, development, console }: Packages): Readonly<Record<string, Row>> {
  const all: Row = { folders: everywhere, packages: [sdk, ...runtime, ...development], node: true }
  const kernel: Row = { folders: [], packages: [sdk, ...runtime], node: true }
  return {
    sdk: { folders: [], packages: ['zod'], node: false },
    // Runs in browsers as it stands, on a page of its own.
    'sdk/verify': { folders: [], packages: [], node: false },
    engines: { folders: [], packages: [sdk], node: false },
    applications: { folders: [], packages: [sdk], node: false },
    kernel,
    gateway: { ...kernel, folders: ['kernel/'] },
    federation: { ...kernel, folders: ['kernel/'] },
    console: { folders: [/^applications\/[^/]+\/pages\//], packages: [sdk, ...console], node: false },
    server: { ...kernel, folders: everywhere },
    // Runs before any package is installed.
    bin: { folders: [], packages: [], node: true },
    test: all,
    bench: all,
    docs: all,
  }
}

export function mayImport(packages: Packages): Rule {
  const table = rows(packages)
  const forTests = table.test
  return (sources) =>
    sources.flatMap((source) => {
      const own = ownFolder(source.path)
      const row = isTest(source.path) ? forTests : table[rowOf(source.path)]
      if (row === undefined)
        return [{ path: source.path, line: 1, what: 'no row of the table of imports is about this folder' }]
      return importsOf(source).flatMap((one) => objections(source, one, { own, row }))
    })
}

function rowOf(path: string): string {
  return isVerifier(path) ? 'sdk/verify' : (path.split('/')[0] ?? '')
}

const isVerifier = (path: string) => path === 'sdk/verify.ts' || path.startsWith('sdk/verify/')

/** What belongs together: a unit's folder for engines and applications, otherwise the first folder. */
function ownFolder(path: string): string {
  const [first = '', second = ''] = path.split('/')
  if (isVerifier(path)) return 'sdk/verify/'
  return first === 'engines' || first === 'applications' ? `${first}/${second}/` : `${first}/`
}

function objections(
  source: Source,
  { specifier, line }: Import,
  { own, row }: { readonly own: string; readonly row: Row },
): Finding[] {
  const found = (what: string): Finding[] => [{ path: source.path, line, what }]
  // A computed import could name anything, so only those may have one whose table has everything of Node in it.
  if (specifier === undefined) return row.node ? [] : found('imports a module whose name it computes')
  if (specifier.startsWith('node:'))
    return row.node ? [] : found(`imports ${specifier}, and may use nothing of Node`)
  const target = targetOf(source.path, specifier)
  if (target === undefined)
    return row.packages.includes(packageOf(specifier)) && !isTestEntry(source, specifier)
      ? []
      : found(`may not import ${specifier}`)
  if (target.startsWith(own) || `${target}/` === own) return onlyTestsImportTests(source, target, line)
  const isOpen = row.folders.some((open) =>
    typeof open === 'string' ? target.startsWith(open) : open.test(target),
  )
  return isOpen ? onlyTestsImportTests(source, target, line) : found(`may not import ${target}`)
}

/** `@khudi/sdk/test` from `@khudi/sdk`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function isTestEntry({ path }: Source, specifier: string): boolean {
  return specifier === `${sdk}/test` && !isTest(path)
}

function onlyTestsImportTests({ path }: Source, target: string, line: number): Finding[] {
  const isWrong = isTest(target) && !isTest(path)
  return isWrong ? [{ path, line, what: `may not import ${target}, which is for tests` }] : []
}

/** A noun's SQL is its own: others import `<noun>.ts`. Only the tests of all statements see every store. */
export const storesAreOwn: Rule = (sources) =>
  sources
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap((source) =>
      importsOf(source).flatMap(({ specifier, line }): Finding[] => {
        const target = specifier === undefined ? undefined : targetOf(source.path, specifier)
        if (target === undefined || posix.basename(target) !== 'store.ts') return []
        if (source.path.startsWith(`${posix.dirname(target)}/`)) return []
        return [{ path: source.path, line, what: `may not import ${target}, the store of another noun` }]
      }),
    )

/** Node runs the source, so a relative import names the file with its ending. */
export const importsNameFiles: Rule = (sources) =>
  sources.flatMap((source) =>
    importsOf(source).flatMap(({ kind, specifier, line }): Finding[] => {
      if (kind === 'url' || specifier === undefined || targetOf(source.path, specifier) === undefined)
        return []
      if (/\.(ts|tsx|mjs|json|css)$/.test(specifier)) return []
      return [{ path: source.path, line, what: `${specifier} does not name a file with its ending` }]
    }),
  )
