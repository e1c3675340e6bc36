/** Names say what a thing is, and the core names no application. */
import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, sourceFiles } from './files.ts'
import { type Example, placesOf, showBreaches } from './rules/examples.ts'
import { badNames, coreNamesNoUnit, indexFiles, noEmptyTypeNames } from './rules/names.ts'
import { checkout, listed, slashed } from './source/parse.ts'

const examples: readonly Example[] = [
  {
    what: 'no type is a Manager, Service or Impl',
    rule: noEmptyTypeNames,
    bad: { 'kernel/a.ts': 'class CaseManager {}\ninterface CaseService {}\ntype CaseImpl = {}' },
    at: ['kernel/a.ts:1', 'kernel/a.ts:2', 'kernel/a.ts:3'],
    good: { 'kernel/a.ts': 'class Serviced {}\nconst x = "CaseManager"' },
  },
  {
    what: 'the core names no application',
    rule: coreNamesNoUnit(['lands']),
    bad: {
      'kernel/a.ts': `if (id === 'lands') x()\nconst folder = \`\${root}/applications/lands\``,
      'server/a.ts': 'type Id = "lands"',
    },
    at: ['kernel/a.ts:1', 'kernel/a.ts:2', 'server/a.ts:1'],
    good: { 'kernel/a.ts': "const x = 'wetlands' // 'lands'", 'server/a.test.ts': "open('lands')" },
  },
]

showBreaches(examples)

test('a breach is found: names that say nothing or are not kebab-case', () => {
  const bad = ['kernel/utils/a.ts', 'kernel/string-helpers.ts', 'kernel/CaseFile.ts', 'kernel/case_file.ts']
  bad.push('kernel/db/migrations/spine.sql', 'kernel/_a/b.ts')
  assert.equal(badNames(bad).length, bad.length)
  const good = [
    'README.md',
    '.ci/run',
    'applications/_template/case.ts',
    'kernel/db/migrations/0001_spine.sql',
  ]
  assert.deepEqual(badNames([...good, 'kernel/cases/cases.scopes.test.ts', 'test/schema-dump.ts']), [])
})

test('a breach is found: an index that is no package entry', () => {
  const found = indexFiles(['sdk/index.ts', 'kernel/index.ts', 'sdk/a/index.ts'], ['sdk'])
  assert.deepEqual(placesOf(found), ['kernel/index.ts:1', 'sdk/a/index.ts:1'])
})

test('no type has a name that says nothing', async () => {
  assert.deepEqual(listed(noEmptyTypeNames(await checkout())), [])
})

test('the core names no application', async () => {
  const entries = await readdir(join(root, 'applications'), { withFileTypes: true })
  const ids = entries
    .filter((entry) => entry.isDirectory() && !/^[_.]/.test(entry.name))
    .map(({ name }) => name)
  assert.notEqual(ids.length, 0)
  assert.deepEqual(listed(coreNamesNoUnit(ids)(await checkout())), [])
})

test('files and folders have names that say something, in kebab-case', async () => {
  assert.deepEqual(listed(badNames((await sourceFiles(() => true)).map(slashed))), [])
})

test('only packages have an index', async () => {
  const paths = (await sourceFiles(() => true)).map(slashed)
  const packages = paths
    .filter((path) => path.endsWith('/package.json'))
    .map((path) => path.replace(/\/[^/]+$/, ''))
  assert.deepEqual(listed(indexFiles(paths, packages)), [])
})
