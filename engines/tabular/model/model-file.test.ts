import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError, TabularInputError } from '../errors.ts'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import { train } from '../training/train.ts'
import { decodeModel, encodeModel } from './model-file.ts'

const table = plantTable(600, 1)
const model = train({ ...table, seed: 1, options: { maxRounds: 10 } })
const bytes = encodeModel(model)
const text = new TextDecoder().decode(bytes)

type Json = { [key: string]: Json } & { [index: number]: Json }

/** The model file with one change made to its parsed JSON. */
const spoilt = (change: (file: Json) => void): Uint8Array => {
  const file = JSON.parse(text) as Json
  change(file)
  return new TextEncoder().encode(JSON.stringify(file))
}

const refuses = (change: (file: never) => void, message: RegExp): void => {
  assert.throws(() => decodeModel(spoilt(change as (file: Json) => void)), {
    name: 'ModelFormatError',
    message,
  })
}

test('a model survives its file to the last bit', () => {
  const read = decodeModel(bytes)
  assert.deepEqual(read, model)
  assert.deepEqual(encodeModel(read), bytes)
  assert.deepEqual(compile(read).scoreBatch(table), compile(model).scoreBatch(table))
})

test('models of any training survive', () => {
  const training = fc.record({
    rows: fc.integer({ min: 40, max: 200 }),
    seed: fc.nat(),
    share: fc.constantFrom(0, 0.25),
  })
  fc.assert(
    fc.property(training, ({ rows, seed, share }) => {
      const planted = plantTable(rows, seed)
      const options = { maxRounds: 5, validationShare: share, rowShare: 0.5, minLeafWeight: 0.01 }
      const trained = train({ ...planted, seed, options })
      assert.deepEqual(decodeModel(encodeModel(trained)), trained)
    }),
    { numRuns: 20 },
  )
})

test('a file cut short anywhere is refused', () => {
  const cut = fc.integer({ min: 0, max: bytes.length - 2 })
  fc.assert(
    fc.property(cut, (length) =>
      assert.throws(() => decodeModel(bytes.subarray(0, length)), ModelFormatError),
    ),
  )
})

test('a file with any byte altered is refused, or read as a model that can be scored', () => {
  const alteration = fc.record({ at: fc.nat(bytes.length - 1), byte: fc.integer({ min: 0, max: 255 }) })
  fc.assert(
    fc.property(alteration, ({ at, byte }) => {
      const altered = bytes.slice()
      altered[at] = byte
      try {
        const { scores } = compile(decodeModel(altered)).scoreBatch({ rows: table.rows.slice(0, 20) })
        assert.ok(scores.every((score) => score >= 0 && score <= 1))
      } catch (error) {
        // A feature whose name was altered is absent from the rows.
        assert.ok(error instanceof ModelFormatError || error instanceof TabularInputError, String(error))
      }
    }),
    { numRuns: 300 },
  )
})

test('other formats and versions are refused by name', () => {
  assert.throws(() => decodeModel(new TextEncoder().encode('[]')), { message: 'this is not a tabular model' })
  assert.throws(() => decodeModel(Uint8Array.of(0xff, 0xfe)), { message: /not whole JSON/ })
  refuses((file: { format: string }) => (file.format = 'xgboost'), /not a tabular model/)
  refuses((file: { version: number }) => (file.version = 2), /of version 2; this reader knows version 1/)
})

type File = {
  seed: unknown
  extra: unknown
  baseMargin: number
  options: { maxDepth: number }
  features: { kind: string; name: string; levels: string[]; weights: number[]; positives: number[] }[]
  trees: { roots: number[]; column: number[]; left: number[]; value: number[]; threshold: unknown[] }
}

test('fields missing, unknown or impossible are refused', () => {
  refuses((file: File) => delete file.seed, /file.seed is missing/)
  refuses((file: File) => (file.extra = 1), /file.extra is unknown/)
  refuses((file: File) => (file.seed = 1.5), /seed must be a whole number/)
  refuses((file: File) => (file.options.maxDepth = 0), /maxDepth/)
  refuses((file: File) => (file.features = []), /features are none/)
  refuses(
    (file: File) => Object.assign(file.features[0] ?? {}, { kind: 'date' }),
    /features\[0\].kind is unknown/,
  )
  refuses((file: File) => Object.assign(file.features[1] ?? {}, { name: 'mass' }), /features repeat a name/)
  refuses((file: File) => file.features[2]?.levels.reverse(), /not in rising order/)
  refuses((file: File) => file.features[3]?.weights.pop(), /must have \d+ items/)
  refuses((file: File) => file.features[3]?.positives.fill(1e9), /exceed the weights/)
})

test('trees that could lead a walk astray are refused', () => {
  refuses((file: File) => (file.trees.column[0] = 99), /trees.column\[0\] must be from -1 to 5/)
  refuses((file: File) => (file.trees.left[0] = 0), /leaves its tree/)
  refuses((file: File) => (file.trees.left[0] = file.trees.left.length - 2), /leaves its tree/)
  refuses((file: File) => (file.trees.left[0] = 3), /is not in exactly one tree/)
  refuses((file: File) => file.trees.roots.pop(), /is not in exactly one tree/)
  refuses((file: File) => file.trees.roots.reverse(), /does not rise/)
  refuses((file: File) => file.trees.value.pop(), /must have \d+ items/)
  refuses((file: File) => (file.trees.threshold[0] = null), /must be a finite number/)
  refuses((file: File) => (file.trees.value[0] = 0.1), /cannot be summed exactly/)
  refuses((file: File) => (file.baseMargin = 2 ** 21), /cannot be summed exactly/)
})
