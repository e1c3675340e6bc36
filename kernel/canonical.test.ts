import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { canonicalJson, sha256 } from './canonical.ts'

test('the example of RFC 8785 has the form that the RFC gives', () => {
  const given = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  )
  const expected =
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
    '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
  assert.equal(canonicalJson(given), expected)
})

test('fields come in the order of their UTF-16 units, numbers among them', () => {
  const given = { '€': 1, '\r': 2, '\ufb33': 3, '1': 4, '10': 5, '9': 6, '😀': 7, '\u0080': 8, ö: 9 }
  const keys = [...canonicalJson(given).matchAll(/:(\d)/g)].map(([, value]) => value)
  assert.deepEqual(keys.join(''), '245689173')
})

test('any value keeps its meaning, and has one form however its fields are ordered', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value)
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)))
      assert.equal(canonicalJson(reversed(value)), text)
      assert.equal(canonicalJson(JSON.parse(text)), text)
    }),
  )
})

/** The same value with the fields of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).map(([name, inner]): [string, unknown] => [name, reversed(inner)])
  return Object.fromEntries(fields.reverse())
}

test('the short way writes what the library writes, and refuses what it refuses', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('10', '9', '01', '-1', '__proto__', 'toJSON', 'ud800'),
  )
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.boolean(),
    fc.constantFrom(null, undefined, '\\ud800', '\ud800'),
  )
  const { any } = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 2 },
      leaf,
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(name, tie('any'), { maxKeys: 5 }),
      fc.date().map((at) => [at]),
    ),
  }))
  const outcome = (form: (value: unknown) => unknown, value: unknown) => {
    try {
      return form(value)
    } catch {
      return 'refused'
    }
  }
  fc.assert(
    fc.property(any, (value) => {
      if (value !== undefined) assert.equal(outcome(canonicalJson, value), outcome(canonicalize, value))
    }),
  )
})

test('however many fields there are, and however deep, they come in order', () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`f${(at * 7919) % 200}`, at]))
  assert.equal(canonicalJson(many), canonicalize(many))
  const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => ({ b: inner, a: 1 }), null)
  assert.equal(canonicalJson(deep), canonicalize(deep))
  const circle: Record<string, unknown> = {}
  circle.itself = circle
  assert.throws(() => canonicalJson(circle), /Circular/)
})

test('what JSON cannot say has no form', () => {
  for (const value of [undefined, () => 1, Symbol('a')])
    assert.throws(() => canonicalJson(value), /no JSON form/)
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, ['\ud800'], { '\udc00': 1 }])
    assert.throws(() => canonicalJson(value))
})

test('a digest is SHA-256 of the bytes, of a text those of its UTF-8', () => {
  assert.equal(
    sha256('abc').toString('hex'),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.deepEqual(sha256(text), sha256(Buffer.from(text)))
      assert.deepEqual(sha256(text), createHash('sha256').update(text).digest())
    }),
  )
})
