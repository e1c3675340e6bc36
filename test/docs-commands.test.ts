/** Commands that documents and refusals tell a reader to type are there, with the options and arguments they show. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { type CatalogueEntry, catalogue } from '../kernel/errors.ts'
import { commandLine } from '../server/cli.ts'
import { root, sourceFiles } from './files.ts'
import { type Known, problemWith, unknownCommandsIn } from './source/commands.ts'
import { commandsIn, readMarkdown } from './source/markdown.ts'
import { slashed } from './source/parse.ts'

const Scripts = z.object({ scripts: z.record(z.string(), z.string()) })
const { scripts } = Scripts.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')))
const known: Known = { scripts: Object.keys(scripts), program: commandLine() }

test('every command line in a document is one that works', async () => {
  const paths = await sourceFiles((path) => path.endsWith('.md'))
  const found = await Promise.all(
    paths.map(async (path) => {
      const { fences } = readMarkdown(await readFile(path, 'utf8'))
      return fences
        .filter(({ language }) => language === 'sh')
        .flatMap((fence) => commandsIn(fence).map((line) => ({ path: slashed(path), line })))
    }),
  )
  const lines = found.flat()
  assert.ok(lines.some(({ path }) => path === 'README.md'))
  const wrong = lines.map(({ path, line }) => ({ path, line, problem: problemWith(line, known) }))
  assert.deepEqual(
    wrong.filter(({ problem }) => problem !== undefined),
    [],
  )
})

test('every command that a refusal advises exists', () => {
  const entries: readonly (readonly [string, CatalogueEntry])[] = Object.entries(catalogue)
  const wrong = entries.flatMap(([code, { remedy }]) =>
    [remedy.en, remedy.ur].flatMap((text) =>
      unknownCommandsIn(text, known.program).map((command) => `${code}: ${command}`),
    ),
  )
  assert.deepEqual(wrong, [])
})

test('the README shows both commands and the main job', async () => {
  const { fences } = readMarkdown(await readFile(join(root, 'README.md'), 'utf8'))
  const lines = fences.filter(({ language }) => language === 'sh').flatMap(commandsIn)
  for (const wanted of ['npm start', 'npm test', 'npx khudi import', 'npx khudi model train'])
    assert.ok(
      lines.some((line) => line.startsWith(wanted)),
      wanted,
    )
})

test('the README lists every setting, and none that is not read', async () => {
  const name = /\b(?:KHUDI_[A-Z_]+|DATABASE_URL)\b/g
  const rows = (await readFile(join(root, 'README.md'), 'utf8')).match(/^\| `[A-Z_]+`.*$/gm) ?? []
  const listed = new Set(rows.flatMap((row) => [...(row.split('|')[1]?.match(name) ?? [])]))
  const read = new Set((await readFile(join(root, 'server/settings.ts'), 'utf8')).match(name))
  assert.deepEqual([...listed].sort(), [...read].sort())
})

test('a breach is found: commands that are not there or are called otherwise', () => {
  for (const bad of [
    'npm run frobnicate',
    'npm publish',
    'npx khudi frobnicate',
    'khudi model',
    'khudi model train',
    'khudi decide customs --frob 1',
    'khudi decide customs land',
    'node docs/no-such-file.ts',
    'make',
  ])
    assert.notEqual(problemWith(bad, known), undefined, bad)
  for (const good of [
    'npm start',
    'KHUDI_PORT=8081 npm run check',
    'npx khudi import customs --mapping kcs one.csv two.csv',
    'khudi decide customs --from 2021-01-01 --to=2021-03-31 --json',
    'node --test docs/generate-errors.ts',
  ])
    assert.equal(problemWith(good, known), undefined, good)
  const sentence = 'Train one: khudi model train {application}, khudi model frob. khudi doctor lists them.'
  assert.deepEqual(unknownCommandsIn(sentence, known.program), ['khudi model frob'])
})
