/** The catalogue of refusals is complete, in both languages, used, and the same as its page. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorsPage } from '../docs/generate-errors.ts'
import { type CatalogueEntry, catalogue, fill } from '../kernel/errors.ts'
import { root } from './files.ts'
import { literalsIn, placeholders, wrongParameters } from './rules/refusals.ts'
import { checkout, isTest, listed, parse } from './source/parse.ts'

const entries: readonly (readonly [string, CatalogueEntry])[] = Object.entries(catalogue)
const textsOf = ({ title, remedy }: CatalogueEntry) => [title.en, title.ur, remedy.en, remedy.ur]

function textsOfCode(code: string): string | undefined {
  const found = entries.find(([known]) => known === code)
  return found && textsOf(found[1]).join('\n')
}

test('docs/errors.md is the catalogue; node docs/generate-errors.ts writes it', async () => {
  // Compared by lines, so that a failure shows the codes and not the whole page.
  const [written, wanted] = [await readFile(join(root, 'docs/errors.md'), 'utf8'), errorsPage()].map((page) =>
    page.split('\n'),
  )
  assert.deepEqual(
    wanted?.filter((line) => !written?.includes(line)),
    [],
  )
  assert.deepEqual(
    written?.filter((line) => !wanted?.includes(line)),
    [],
  )
  assert.ok(written?.join('\n') === wanted?.join('\n'), 'the order of the page is the order of the codes')
})

test('the page holds every code with its status and both texts in both languages', () => {
  const page = errorsPage()
  for (const [code, entry] of entries) {
    const [, after = ''] = page.split(`### ${code}\n`)
    const [paragraph = ''] = after.split('\n#')
    assert.ok(paragraph.includes(`**${entry.status}**`), code)
    for (const text of textsOf(entry)) assert.ok(paragraph.replaceAll('`', '').includes(text), code)
  }
})

test('codes are noun and fact, and in order', () => {
  const codes = entries.map(([code]) => code)
  assert.deepEqual(codes, [...codes].sort())
  for (const code of codes) assert.match(code, /^[a-z]+\.[a-z][a-z0-9_]*$/)
})

test('a status is one of a refusal or of a fault', () => {
  for (const [code, { status }] of entries)
    assert.ok(Number.isInteger(status) && status >= 400 && status <= 599, code)
})

test('every text exists in English and in Urdu, finished', () => {
  for (const [code, { title, remedy }] of entries) {
    for (const { en, ur } of [title, remedy]) {
      assert.match(en, /^["A-Z/{]|^khudi /, `${code}: begins like a sentence`)
      assert.doesNotMatch(en, /\p{Script=Arabic}/u, code)
      assert.match(ur, /\p{Script=Arabic}/u, `${code}: Urdu is written in its own script`)
      assert.equal(en, en.trim(), code)
      assert.equal(ur, ur.trim(), code)
    }
  }
})

test('both languages name the same parameters', () => {
  for (const [code, { title, remedy }] of entries) {
    assert.deepEqual(placeholders(title.ur), placeholders(title.en), `title of ${code}`)
    assert.deepEqual(placeholders(remedy.ur), placeholders(remedy.en), `remedy of ${code}`)
  }
})

test('every code is used', async () => {
  const sources = (await checkout()).filter(({ path }) => !isTest(path) && path !== 'kernel/errors.ts')
  const used = literalsIn(sources)
  assert.deepEqual(
    entries.map(([code]) => code).filter((code) => !used.has(code)),
    [],
  )
})

test('whoever refuses gives the parameters that the texts name', async () => {
  assert.deepEqual(listed(wrongParameters(await checkout(), textsOfCode)), [])
})

test('a breach is found: a parameter that is missing, idle or misspelt', () => {
  const texts = (code: string) => (code.startsWith('a.') ? 'One {x}. Two {y}.' : undefined)
  const bad = parse({
    'kernel/a.ts': [
      "throw new Refusal('a.b', { x })",
      "throw new Fatal('a.b', { x, y: 1, z: 2 })",
      "throw new Refusal(c ? 'a.b' : 'a.c', { y: 1 })",
    ].join('\n'),
    'kernel/b.ts': "new Refusal('a.b', { x, y })\nnew Refusal('a.b', { ...rest })\nnew Refusal(code, {})",
  })
  assert.deepEqual(listed(wrongParameters(bad, texts)), [
    'kernel/a.ts:1: a.b is not given {y}',
    'kernel/a.ts:2: a.b names no {z}',
    'kernel/a.ts:3: a.b is not given {x}',
    'kernel/a.ts:3: a.c is not given {x}',
  ])
})

test('an absent parameter stays visible rather than empty', () => {
  const text = { en: 'Case {case} of {application}', ur: '{application} کا مقدمہ {case}' }
  assert.equal(fill(text, 'en', { case: 'A' }), 'Case A of {application}')
})

test('a parameter that is said in both languages enters each text in its own', () => {
  const text = { en: 'By {law}', ur: 'بموجب {law}' }
  const law = { en: 'the Act', ur: 'ایکٹ' }
  assert.deepEqual([fill(text, 'en', { law }), fill(text, 'ur', { law })], ['By the Act', 'بموجب ایکٹ'])
})
