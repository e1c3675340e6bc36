import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { parseJsonText } from './json-text.ts'

test('whatever JSON.stringify writes is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
      const text = JSON.stringify(value, undefined, indent)
      assert.deepEqual(parseJsonText(text), JSON.parse(text))
    }),
  )
})

test('whatever JSON.parse refuses is refused, but for NaN and Infinity, and the other way round', () => {
  const piece = fc.constantFrom(...'{}[]",:-+.e0123 \\nrtu', 'true', 'null', '"a"', '1.5', '\u0001')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      const read = (parse: (text: string) => unknown) => {
        try {
          return { value: parse(text) }
        } catch (error) {
          assert.ok(error instanceof SyntaxError || error instanceof ModelFormatError)
          return undefined
        }
      }
      const theirs = read(JSON.parse)
      // A repeated field is the one text that we alone refuse.
      assert.deepEqual(
        read(parseJsonText),
        /"a".*"a"/.test(text) && !read(parseJsonText) ? undefined : theirs,
      )
    }),
    { numRuns: 3000 },
  )
})

test('numbers that JSON lacks are read as XGBoost writes them', () => {
  assert.deepEqual(parseJsonText('[NaN, Infinity, -Infinity, 1E-45]'), [
    Number.NaN,
    Infinity,
    -Infinity,
    1e-45,
  ])
})

test('a repeated field, text after the end, a missing end and deep nesting are refused', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '[1] 2',
    '[1',
    '"a',
    '{"a"',
    '{"a":',
    '',
    '-',
    'nul',
    '[1,]',
    '{,}',
    '[01]',
  ])
    assert.throws(() => parseJsonText(text), ModelFormatError)
  assert.throws(() => parseJsonText('['.repeat(1_000_000)), /nested deeper/)
  assert.throws(() => parseJsonText('{"a":'.repeat(1_000_000)), /nested deeper/)
})
