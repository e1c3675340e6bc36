/** Files cut short, altered and of other kinds: each is refused, or is a model that can be walked. Never anything else. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { checkEnsemble } from '../model/ensemble-check.ts'
import { importModel } from './exchange.ts'

interface Case {
  readonly name: string
  readonly json?: string
  readonly ubj?: string | null
  readonly text?: string
  readonly onnx?: string
}

const casesOf = (file: string): readonly Case[] =>
  (
    JSON.parse(readFileSync(new URL(`./${file}.fixture.json`, import.meta.url), 'utf8')) as {
      readonly cases: readonly Case[]
    }
  ).cases
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'))

const xgboost = [...casesOf('xgboost-1.7'), ...casesOf('xgboost-3.2')]
const files: readonly (readonly [string, Uint8Array])[] = [
  ...xgboost.flatMap(({ json }) => (json === undefined ? [] : [['JSON', bytesOf(json)] as const])),
  ...xgboost.flatMap(({ ubj }) => (typeof ubj === 'string' ? [['UBJSON', fromBase64(ubj)] as const] : [])),
  ...casesOf('lightgbm-4.7').flatMap(({ text }) =>
    text === undefined ? [] : [['text', bytesOf(text)] as const],
  ),
  ...casesOf('onnx-converted').flatMap(({ onnx }) =>
    onnx === undefined ? [] : [['ONNX', fromBase64(onnx)] as const],
  ),
]

/** The model, or nothing where it was refused; whatever else happens fails the test. */
function readOrRefuse(bytes: Uint8Array) {
  try {
    const model = importModel(bytes)
    assert.equal(checkEnsemble(model.trees, model.features.length), undefined)
    assert.ok(Number.isFinite(model.baseMargin))
    return model
  } catch (error) {
    assert.ok(error instanceof ModelFormatError, String(error))
    return undefined
  }
}

const file = fc.constantFrom(...files)
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('a file cut short anywhere is refused, or only lacks what follows the trees', () => {
  fc.assert(
    fc.property(file, place, ([kind, bytes], share) => {
      const cut = bytes.slice(0, Math.floor(share * bytes.length))
      const model = readOrRefuse(cut)
      if (model === undefined) return
      // Only LightGBM's text goes on after its trees, with importances and parameters.
      assert.equal(kind, 'text')
      assert.deepEqual(model, importModel(bytes))
    }),
    { numRuns: 300 },
  )
})

test('a file with altered bytes is refused, or is a model that can be walked', () => {
  const change = fc.tuple(place, fc.integer({ min: 0, max: 255 }))
  fc.assert(
    fc.property(file, fc.array(change, { minLength: 1, maxLength: 4 }), ([, bytes], changes) => {
      const altered = bytes.slice()
      for (const [share, byte] of changes) altered[Math.floor(share * altered.length)] = byte
      readOrRefuse(altered)
    }),
    { numRuns: 400 },
  )
})

test('a file with a stretch left out or repeated is refused, or is a model that can be walked', () => {
  fc.assert(
    fc.property(file, place, fc.integer({ min: -60, max: 60 }), ([, bytes], share, length) => {
      const at = Math.floor(share * bytes.length)
      readOrRefuse(Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(Math.max(0, at + length))]))
    }),
    { numRuns: 150 },
  )
})

test('other files are refused with what they are taken for', () => {
  const refuses = (bytes: Uint8Array, why: RegExp) => assert.throws(() => importModel(bytes), why)
  refuses(new Uint8Array(), /no model of XGBoost in JSON or UBJSON/)
  refuses(bytesOf('binf\0\0\0?'), /old binary format of XGBoost/)
  refuses(bytesOf('bs64\tAAAA'), /old binary format of XGBoost/)
  refuses(Uint8Array.of(0x80, 0x04, 0x95), /no model of/)
  refuses(bytesOf('{}'), /learner is missing/)
  refuses(bytesOf('{"learner":1,"version":[1,7,4]}'), /learner must be an object/)
  refuses(bytesOf('tree\n'), /cut short/)
  refuses(bytesOf('tree\r\n'), /no model of/)
  refuses(Uint8Array.of(0x08, 0x08), /lacks the graph/)
  refuses(bytesOf('<?xml version="1.0"?><PMML/>'), /no model of/)
})

test('no file is taken for another when a brace is all they share', () => {
  refuses(bytesOf('{L'))
  refuses(bytesOf('{"'))
  refuses(bytesOf('{'))
  function refuses(bytes: Uint8Array) {
    assert.throws(() => importModel(bytes), ModelFormatError)
  }
})
