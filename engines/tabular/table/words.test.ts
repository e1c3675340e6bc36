import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bucketsOf, HashedTexts, wordsOf } from './words.ts'

test('ways to write one Urdu word are one word', () => {
  // Arabic kaf and yeh, Urdu ones, presentation forms of print, with vowel signs, stretched, with a joiner.
  for (const written of ['كراچي', 'کراچی', 'کراچى', 'ﻛﺮﺍﭼﻲ', 'کَراچِی', 'کـــراچی', 'کراچ\u200cی'])
    assert.deepEqual(wordsOf(written), ['کراچی'], written)
  assert.deepEqual(wordsOf('شاه'), wordsOf('شاہ'))
})

test('letters that differ in Urdu stay different', () => {
  assert.notDeepEqual(wordsOf('کہا'), wordsOf('کھا'))
  assert.notDeepEqual(wordsOf('بڑے'), wordsOf('بڑی'))
})

test('case, width and the kind of digits do not count', () => {
  assert.deepEqual(wordsOf('Used CLOTHES, ＡＢＣ 120۵ ٤٢ kg'), ['used', 'clothes', 'abc', '1205', '42', 'kg'])
  assert.deepEqual(wordsOf('پرانے کپڑے، ۱۲۰ کلو'), ['پرانے', 'کپڑے', '120', 'کلو'])
  assert.deepEqual(wordsOf(' ...—! '), [])
})

test('what is plain stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const plain = wordsOf(text)
      assert.deepEqual(wordsOf(plain.join(' ')), plain)
    }),
  )
})

/** scikit-learn's `murmurhash3_32(word, 0, positive=True) % 64`. */
test('words and pairs of neighbours fall into the buckets of their hash', () => {
  assert.deepEqual(bucketsOf('goods کپڑا', 64), [39, 56, 11])
  assert.deepEqual(bucketsOf('', 64), [])
})

test('a row has as many words in its buckets as its text has, whatever the rows around it', () => {
  const texts = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 60 })), {
    minLength: 1,
    maxLength: 60,
  })
  fc.assert(
    fc.property(texts, fc.constantFrom(8, 64), (list, buckets) => {
      const words = new HashedTexts(list.length, buckets)
      for (const text of list) words.add(text)
      const columns = words.columns()
      assert.equal(columns.length, buckets)
      list.forEach((text, row) => {
        assert.equal(words.isMissing(row), text === null)
        const expected = new Float32Array(buckets).fill(text === null ? Number.NaN : 0)
        for (const bucket of text === null ? [] : bucketsOf(text, buckets))
          expected[bucket] = (expected[bucket] ?? 0) + 1
        assert.deepEqual(
          columns.map((column) => column[row]),
          [...expected],
        )
      })
    }),
  )
})

test('texts of the same words are constant', () => {
  const of = (...texts: (string | null)[]) => {
    const words = new HashedTexts(texts.length, 64)
    for (const text of texts) words.add(text)
    return words.isConstant(texts.length)
  }
  assert.ok(of('Used clothes', 'used, CLOTHES'))
  assert.ok(of(null, null))
  assert.ok(!of('used clothes', 'clothes used'))
  assert.ok(!of('', null))
  assert.ok(!of('a', 'a', 'b'))
})
