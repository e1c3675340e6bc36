/** The layout holds: who may import what, and what computes purely. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { root, sourceFiles } from './files.ts'
import { noRuntimeCycles, noTypeCycles } from './rules/cycles.ts'
import { type Example, linesOf, showBreaches } from './rules/examples.ts'
import { importsNameFiles, mayImport, type Packages, storesAreOwn } from './rules/may-import.ts'
import { pureUnits } from './rules/purity.ts'
import { checkout, listed, slashed } from './source/parse.ts'

const examplePackages: Packages = { runtime: ['pg', 'zod'], development: ['fast-check'], console: ['react'] }
const imports = mayImport(examplePackages)
const importing = (...specifiers: readonly string[]) =>
  specifiers.map((specifier) => `import '${specifier}'\n`).join('')

const examples: readonly Example[] = [
  {
    what: 'the SDK imports zod and itself',
    rule: imports,
    bad: { 'sdk/a.ts': importing('pg', 'node:fs', '../kernel/errors.ts', '@khudi/sdk') },
    at: ['sdk/a.ts:1', 'sdk/a.ts:2', 'sdk/a.ts:3', 'sdk/a.ts:4'],
    good: { 'sdk/a.ts': importing('zod', './b.ts'), 'sdk/a.test.ts': importing('node:test', 'fast-check') },
  },
  {
    what: 'what verifies receipts imports its own files only',
    rule: imports,
    bad: {
      'sdk/verify.ts': importing('zod', './text.ts'),
      'sdk/verify/a.ts': importing('zod', 'node:crypto', '../text.ts', '@khudi/sdk'),
    },
    at: [...linesOf('sdk/verify.ts', 1, 2), ...linesOf('sdk/verify/a.ts', 1, 2, 3, 4)],
    good: { 'sdk/verify.ts': importing('./verify/a.ts'), 'sdk/verify/a.ts': importing('./b.ts') },
  },
  {
    what: 'an engine imports the SDK and its own folder',
    rule: imports,
    bad: {
      'engines/x/a.ts': importing(
        'node:fs',
        'zod',
        '../y/b.ts',
        '../../kernel/errors.ts',
        '../../sdk/text.ts',
      ),
      'engines/x/b.ts': 'const name = "./c.ts"\nawait import(name)',
    },
    at: [...linesOf('engines/x/a.ts', 1, 2, 3, 4, 5), 'engines/x/b.ts:2'],
    good: { 'engines/x/a.ts': importing('@khudi/sdk', './b/c.ts'), 'engines/x/b/c.ts': importing('../a.ts') },
  },
  {
    what: 'an application imports the SDK and its own folder',
    rule: imports,
    bad: {
      'applications/x/a.ts':
        'import type { A } from "../y/case.ts"\nexport * from "../../kernel/errors.ts"\nlet b: import("zod").ZodType',
      'applications/x/b.ts': importing('node:fs', '@khudi/sdk/test', './a.test.ts'),
    },
    at: [...linesOf('applications/x/a.ts', 1, 2, 3), ...linesOf('applications/x/b.ts', 1, 2, 3)],
    good: {
      'applications/x/a.ts': importing('@khudi/sdk', './b.ts'),
      'applications/x/a.test.ts': importing('@khudi/sdk/test', 'node:fs', '../../test/database.ts'),
    },
  },
  {
    what: 'the kernel imports the SDK, itself and what the product runs with',
    rule: imports,
    bad: {
      'kernel/a/a.ts': importing(
        '../../server/http.ts',
        '../../engines/x/a.ts',
        'fast-check',
        '../../sdk/text.ts',
      ),
      'kernel/a/b.ts': 'new Worker(new URL("../../applications/x/worker.ts", import.meta.url))',
      'kernel/a/c.ts': 'await import("../../test/database.ts")',
    },
    at: [...linesOf('kernel/a/a.ts', 1, 2, 3, 4), 'kernel/a/b.ts:1', 'kernel/a/c.ts:1'],
    good: { 'kernel/a/a.ts': importing('node:fs', 'pg', '@khudi/sdk', '../b/b.ts', '../errors.ts') },
  },
  {
    what: 'gateway and federation import the kernel and the SDK, and not each other',
    rule: imports,
    bad: {
      'gateway/a.ts': importing('../federation/a.ts'),
      'federation/a.ts': importing('../server/a.ts', '../applications/x/a.ts'),
    },
    at: ['federation/a.ts:1', 'federation/a.ts:2', 'gateway/a.ts:1'],
    good: {
      'gateway/a.ts': importing('../kernel/errors.ts', '@khudi/sdk'),
      'federation/a.ts': importing('./b.ts'),
    },
  },
  {
    what: 'the console imports the SDK and the pages of applications',
    rule: imports,
    bad: { 'console/a.tsx': importing('../kernel/errors.ts', '../applications/x/case.ts', 'node:fs', 'pg') },
    at: linesOf('console/a.tsx', 1, 2, 3, 4),
    good: { 'console/a.tsx': importing('../applications/x/pages/map.tsx', '@khudi/sdk', 'react') },
  },
  {
    what: 'the server imports everything but tests and what only checks need',
    rule: imports,
    bad: {
      'server/a.ts': importing('../test/database.ts', '../kernel/a.test.ts', 'fast-check', '@khudi/sdk/test'),
    },
    at: linesOf('server/a.ts', 1, 2, 3, 4),
    good: {
      'server/a.ts': importing(
        '../kernel/errors.ts',
        '../engines/x/a.ts',
        '../package.json',
        'pg',
        'node:http',
      ),
    },
  },
  {
    what: 'a folder that the table does not know is refused',
    rule: imports,
    bad: { 'lib/a.ts': '' },
    at: ['lib/a.ts:1'],
  },
  {
    what: "a noun's store is imported only inside the noun",
    rule: storesAreOwn,
    bad: {
      'kernel/a/a.ts': importing('../b/store.ts'),
      'server/a.ts':
        'import type { Row } from "../kernel/b/store.ts"\nexport { row } from "../kernel/b/store.ts"',
      'kernel/a/a.test.ts': importing('../b/store.ts'),
    },
    at: ['kernel/a/a.test.ts:1', 'kernel/a/a.ts:1', 'server/a.ts:1', 'server/a.ts:2'],
    good: { 'kernel/b/b.ts': importing('./store.ts'), 'kernel/b/deep/c.ts': importing('../store.ts') },
  },
  {
    what: 'a relative import names a file with its ending',
    rule: importsNameFiles,
    bad: { 'kernel/a.ts': importing('./b', './c.js', '..') },
    at: ['kernel/a.ts:1', 'kernel/a.ts:2', 'kernel/a.ts:3'],
    good: { 'kernel/a.ts': importing('./b.ts', './c.json', 'pg-pool/lib') },
  },
  {
    what: 'no cycle of modules',
    rule: noRuntimeCycles,
    bad: {
      'kernel/a.ts': importing('./b.ts'),
      'kernel/b.ts': 'export * from "./c.ts"',
      // Without its types the statement still runs the module.
      'kernel/c.ts': 'import { type A } from "./a.ts"',
      'kernel/d.ts': importing('./d.ts'),
    },
    at: ['kernel/a.ts:1', 'kernel/d.ts:1'],
    good: { 'kernel/a.ts': importing('./b.ts'), 'kernel/b.ts': 'import type { A } from "./a.ts"' },
  },
  {
    what: 'no cycle through types',
    rule: noTypeCycles,
    bad: { 'kernel/a.ts': importing('./b.ts'), 'kernel/b.ts': 'import type { A } from "./a.ts"' },
    at: ['kernel/a.ts:1'],
    good: { 'kernel/a.ts': importing('./b.ts'), 'kernel/b.ts': importing('./c.ts'), 'kernel/c.ts': '' },
  },
  {
    what: 'engines and applications use no network, clock, chance or machine',
    rule: pureUnits,
    bad: {
      'engines/x/a.ts':
        'Date.now()\nMath.random()\nnew Date()\nperformance.now()\nfetch("x")\nnew Date(2026, 0, 1)',
      'applications/x/a.ts': 'export const now = () => process.hrtime()\nconst { fetch: get } = globalThis',
    },
    at: [
      'applications/x/a.ts:1',
      'applications/x/a.ts:2',
      'applications/x/a.ts:2',
      ...linesOf('engines/x/a.ts', 1, 2, 3, 4, 5, 6),
    ],
    good: {
      'engines/x/a.ts':
        'new Date(0)\nDate.UTC(2026, 0)\nMath.log(2)\nrow.process\n({ crypto: 1 })\n// fetch()',
      'engines/x/a.test.ts': 'performance.now()',
      'kernel/a.ts': 'fetch("x")',
    },
  },
]

showBreaches(examples)

test('every import is one that the table allows', async () => {
  assert.deepEqual(listed(mayImport(await packages())(await checkout())), [])
})

test('no noun reaches into the store of another', async () => {
  assert.deepEqual(listed(storesAreOwn(await checkout())), [])
})

test('every relative import names its file', async () => {
  assert.deepEqual(listed(importsNameFiles(await checkout())), [])
})

test('no module imports itself through others when it runs', async () => {
  assert.deepEqual(listed(noRuntimeCycles(await checkout())), [])
})

test('no module imports itself through others by its types', async () => {
  assert.deepEqual(listed(noTypeCycles(await checkout())), [])
})

test('engines and applications compute purely', async () => {
  assert.deepEqual(listed(pureUnits(await checkout())), [])
})

test('there are at most three packages: the product, the SDK, the console', async () => {
  const known = ['console/package.json', 'package.json', 'sdk/package.json']
  const found = await packageFiles()
  assert.ok(found.includes('package.json'))
  assert.deepEqual(
    found.filter((path) => !known.includes(path)),
    [],
  )
})

const Package = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
})

async function packages(): Promise<Packages> {
  const own = await packageFile('package.json')
  // The console is a later part of the house; until it has a package it has no dependencies.
  const hasConsole = (await packageFiles()).includes('console/package.json')
  const console = hasConsole ? (await packageFile('console/package.json')).dependencies : {}
  return {
    runtime: Object.keys(own.dependencies),
    development: Object.keys(own.devDependencies),
    console: Object.keys(console),
  }
}

async function packageFile(path: string) {
  return Package.parse(JSON.parse(await readFile(join(root, path), 'utf8')))
}

async function packageFiles(): Promise<readonly string[]> {
  return (await sourceFiles((path) => /(^|\/)package\.json$/.test(path))).map(slashed)
}
