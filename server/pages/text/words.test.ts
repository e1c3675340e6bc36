import { strict as assert } from 'node:assert'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { logKinds, words } from './words.ts'

const all = Object.entries({ ...words, ...logKinds })
const placesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()

test('every text exists in English and in Urdu', () => {
  for (const [word, { en, ur }] of all) {
    assert.match(en, /\p{Script=Latin}/u, word)
    if (word !== 'language.own') assert.doesNotMatch(en, /\p{Script=Arabic}/u, word)
    assert.match(ur, /\p{Script=Arabic}/u, word)
  }
})

test('both languages have the same places for parts', () => {
  for (const [word, { en, ur }] of all) assert.deepEqual(placesIn(ur), placesIn(en), word)
})

test('Urdu is written with the letters and the marks of Urdu', () => {
  for (const [word, { ur }] of all) {
    // Arabic keyboards give ك, ي, ى and ه for ک, ی and ہ; search and fonts treat them as other letters.
    assert.doesNotMatch(ur, /[\u0643\u064a\u0649\u0647]/, word)
    assert.doesNotMatch(ur, /[,;?](?!\d)/, `${word}: the marks of Urdu are ، ؛ ؟`)
  }
})

test('a sentence that ends in one language ends in the other', () => {
  for (const [word, { en, ur }] of all) assert.equal(ur.endsWith('۔'), en.endsWith('.'), word)
})

test('every text is used', async () => {
  const folder = new URL('..', import.meta.url)
  const names = (await readdir(folder, { recursive: true })).filter((name) => /(?<!test)\.ts$/.test(name))
  const sources = await Promise.all(
    names.filter((name) => !name.endsWith('words.ts')).map((name) => readFile(new URL(name, folder), 'utf8')),
  )
  const source = sources.join('\n')
  for (const word of Object.keys(words)) {
    const family = word.replace(/\.[^.]+$/, '')
    const isUsed = source.includes(`'${word}'`) || source.includes(`\`${family}.\${`)
    assert.ok(isUsed, `"${word}" is said nowhere`)
  }
})
