import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { plantTrees } from '../explanation/planted-trees.ts'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import type { FittedFeature } from '../table/encoding.ts'
import { defaultOptions } from '../training/options.ts'
import { train } from '../training/train.ts'
import { crc32 } from './checksum.ts'
import type { TabularModel } from './model.ts'
import { decodeModel, encodeModel } from './model-file.ts'

/** Twelve columns of every kind of feature; the seventh holds levels, as that of the planted trees does. */
const features: readonly FittedFeature[] = [
  { name: 'mass', kind: 'number' },
  { name: 'day', kind: 'date' },
  { name: 'code', kind: 'code', levels: ['a1', 'b', 'ب'] },
  { name: 'fuel', kind: 'number' },
  { name: 'kind', kind: 'level' },
  { name: 'words', kind: 'text', buckets: 2 },
  {
    name: 'route',
    kind: 'category',
    statistics: {
      prior: -0.1,
      strength: 4,
      cap: 20,
      levels: ['"x"\n', 'y'],
      weights: Float64Array.of(0, 3, 0.1),
      sums: Float64Array.of(0, -1e-300, 2 / 3),
    },
    frequent: Int32Array.of(2),
  },
]

const planted = (seed: number, trees = 5): TabularModel => ({
  objective: { name: 'logistic' },
  features,
  baseMargin: -1 / 3,
  trees: plantTrees({ seed, trees, depth: 5, columns: 12 }).trees,
  calibration: { kind: 'platt', slope: 1.25, intercept: -0.1 },
  seed,
  options: defaultOptions,
  trainedRows: 1_000,
  validation: null,
})

test('a model survives its file to the last bit, whatever it is of', () => {
  const table = plantTable(600, 1)
  const imported = { ...planted(3), seed: null, options: null, trainedRows: null }
  const isotonic = {
    kind: 'isotonic',
    margins: Float64Array.of(-1, 0.1),
    scores: Float64Array.of(0, 1),
  } as const
  const models: readonly TabularModel[] = [
    train({ ...table, seed: 1, options: { maxRounds: 4 } }),
    planted(1),
    planted(2, 0),
    { ...planted(2), calibration: isotonic, trainingDigest: 'ab'.repeat(32) },
    { ...planted(4), objective: { name: 'tweedie', power: 1.5 }, calibration: { kind: 'none' } },
    { ...imported, provenance: { from: 'xgboost', version: '3.2.0', objective: 'binary:logistic' } },
    { ...imported, provenance: { from: 'onnx', version: null, objective: null } },
  ]
  for (const model of models) {
    const bytes = encodeModel(model)
    const read = decodeModel(bytes)
    assert.deepEqual(read, model)
    assert.deepEqual(encodeModel(read), bytes)
    // Wherever the bytes lie in a buffer.
    assert.deepEqual(decodeModel(Uint8Array.of(1, 2, 3, ...bytes).subarray(3)), model)
  }
})

test('a hundred trees of 64 leaves take less than 400 kB', () => {
  const { trees } = plantTrees({ seed: 1, trees: 130, depth: 6, columns: 6, leafShare: 0 })
  assert.ok(trees.column.length > 12_700, `${trees.column.length} nodes`)
  const model = { ...planted(1), features: features.slice(0, 4), trees }
  assert.ok(encodeModel(model).length < 400_000, `${encodeModel(model).length} bytes`)
})

test('the first line is JSON that says what the model is of and how the arrays after it lie', () => {
  const bytes = encodeModel(planted(1))
  const line = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(10)))
  const { format, version, features: described, arrays } = JSON.parse(line)
  assert.deepEqual([format, version, described[0]], ['khudi.tabular', 2, { name: 'mass', kind: 'number' }])
  const sizes = { u8: 1, i32: 4, u32: 4, f64: 8 }
  const total = arrays.reduce(
    (sum: number, { type, count }: { type: keyof typeof sizes; count: number }) => sum + count * sizes[type],
    0,
  )
  assert.equal(bytes.length, bytes.indexOf(10) + 1 + total + 4)
})

test('the checksum is the CRC-32 of gzip', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926)
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.equal(crc32(bytes), zlibCrc32(bytes))))
})

const bytes = encodeModel(planted(1))

test('a file cut short or lengthened anywhere is refused', () => {
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), (length) =>
      assert.throws(() => decodeModel(bytes.subarray(0, length)), ModelFormatError),
    ),
  )
  assert.throws(() => decodeModel(Uint8Array.of(...bytes, 0)), /cut short or altered/)
})

test('a file with any byte altered is refused', () => {
  const alteration = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) })
  fc.assert(
    fc.property(alteration, ({ at, by }) => {
      const altered = bytes.slice()
      altered[at] = (altered[at] ?? 0) ^ by
      assert.throws(() => decodeModel(altered), ModelFormatError)
    }),
    { numRuns: 300 },
  )
})

test('other formats and versions are refused by name', () => {
  const read = (text: string) => decodeModel(new TextEncoder().encode(text))
  assert.throws(() => decodeModel(new Uint8Array()), { message: 'this is not a tabular model' })
  assert.throws(() => read('[]'), { message: 'this is not a tabular model' })
  assert.throws(() => read('{"format":"xgboost","version":2}'), { message: 'this is not a tabular model' })
  assert.throws(() => read('{"format":"khudi.tabular","version":1,"trees":[]}\n'), /version 1.*train it anew/)
  assert.throws(
    () => read('{"format":"khudi.tabular","version":3}\n'),
    /version 3; this reader knows version 2/,
  )
})

type Json = { [key: string]: Json } & { [index: number]: Json }

/** The file with one change to its first line, or to its bytes after it, and the checksum put right. */
function spoilt(
  change: (header: Json) => void,
  alter: (arrays: DataView) => void = () => undefined,
): Uint8Array {
  const end = bytes.indexOf(10)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Json
  change(header)
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`)
  const rest = bytes.slice(end + 1, -4)
  alter(new DataView(rest.buffer))
  const whole = Uint8Array.of(...line, ...rest, 0, 0, 0, 0)
  new DataView(whole.buffer).setUint32(whole.length - 4, crc32(whole.subarray(0, -4)), true)
  return whole
}

const refuses = (change: (file: never) => void, message: RegExp): void => {
  assert.throws(() => decodeModel(spoilt(change as (file: Json) => void)), {
    name: 'ModelFormatError',
    message,
  })
}

type File = {
  seed: unknown
  extra: unknown
  options: { maxDepth: number }
  objective: { name: string }
  calibration: unknown
  provenance: unknown
  trainingDigest: unknown
  baseMargin: unknown
  features: { kind: string; name: string; levels: string[]; weights: number[]; frequent: number[] }[]
  arrays: { name: string; type: string; count: number }[]
}

test('fields missing, unknown or impossible are refused', () => {
  refuses((file: File) => delete file.seed, /file.seed is missing/)
  refuses((file: File) => (file.extra = 1), /file.extra is unknown/)
  refuses((file: File) => (file.seed = 1.5), /seed must be a whole number/)
  refuses((file: File) => (file.baseMargin = null), /baseMargin must be a finite number/)
  refuses((file: File) => (file.options.maxDepth = 0), /maxDepth/)
  refuses((file: File) => (file.objective.name = 'gamma'), /objective/)
  refuses(
    (file: File) => (file.calibration = { kind: 'platt', slope: 0, intercept: 0 }),
    /slope must be from/,
  )
  refuses((file: File) => (file.calibration = { kind: 'beta' }), /calibration.kind is unknown/)
  const isotonic = (margins: number[], scores: number[]) => ({ kind: 'isotonic', margins, scores })
  refuses((file: File) => (file.calibration = isotonic([], [])), /margins are none/)
  refuses((file: File) => (file.calibration = isotonic([1, 1], [0, 1])), /margins do not rise/)
  refuses((file: File) => (file.calibration = isotonic([1, 2], [1, 0.5])), /scores fall/)
  refuses((file: File) => (file.calibration = isotonic([1, 2], [1])), /must have 2 items/)
  refuses(
    (file: File) => (file.provenance = { from: 'catboost', version: null, objective: null }),
    /from is unknown/,
  )
  refuses((file: File) => (file.trainingDigest = 'AB'), /not a SHA-256/)
})

test('features that could not encode a row are refused', () => {
  const route = ({ features }: File) => features[6]
  refuses((file: File) => (file.features = []), /features are none/)
  refuses((file: File) => file.features.pop(), /outside of the 9/)
  refuses(
    (file: File) => Object.assign(file.features[0] ?? {}, { kind: 'image' }),
    /features\[0\].kind is unknown/,
  )
  refuses((file: File) => Object.assign(file.features[1] ?? {}, { name: 'mass' }), /features repeat a name/)
  refuses((file: File) => Object.assign(file.features[5] ?? {}, { buckets: 0.5 }), /buckets must be from 1/)
  refuses((file: File) => file.features[2]?.levels.reverse(), /not in rising order/)
  refuses((file: File) => route(file)?.weights.pop(), /must have 3 items/)
  refuses((file: File) => route(file)?.weights.fill(-1), /must be from 0/)
  refuses((file: File) => route(file)?.frequent.push(2), /not in rising order/)
  refuses((file: File) => route(file)?.frequent.push(3), /must be from 1 to 2/)
})

test('arrays that do not fill the file as they say are refused', () => {
  refuses((file: File) => Object.assign(file.arrays[0] ?? {}, { count: 4 }), /arrays do not fill the file/)
  refuses((file: File) => Object.assign(file.arrays[0] ?? {}, { count: 1e9 }), /arrays do not fill the file/)
  refuses(
    (file: File) => Object.assign(file.arrays[0] ?? {}, { name: 'root' }),
    /must be "roots" of type i32/,
  )
  refuses((file: File) => Object.assign(file.arrays[0] ?? {}, { type: 'f32' }), /type is unknown/)
  refuses((file: File) => file.arrays.push({ name: 'more', type: 'u8', count: 0 }), /arrays\[8\] is unknown/)
  refuses((file: File) => {
    const [roots, column] = file.arrays
    if (roots === undefined || column === undefined) throw new RangeError('no arrays')
    roots.count += 1
    column.count -= 1
  }, /must have \d+ items|trees/)
})

test('every tree that could lead a walk astray is refused', () => {
  const { trees } = planted(1)
  const size = trees.column.length
  const splits = trees.left.filter((left) => left > 0).length
  const at = { column: 4 * trees.roots.length, number: 0, cover: 0, left: 0, missing: 0, set: 0, words: 0 }
  at.number = at.column + 4 * size
  at.cover = at.number + 8 * size
  at.left = at.cover + 8 * size
  at.missing = at.left + 4 * splits
  at.set = at.missing + splits
  at.words = at.set + 4 * splits
  const stray = (alter: (arrays: DataView) => void, message: RegExp) =>
    assert.throws(() => decodeModel(spoilt(() => undefined, alter)), { name: 'ModelFormatError', message })
  stray((arrays) => arrays.setInt32(0, 1, true), /root 0 is not the first node/)
  stray((arrays) => arrays.setInt32(8, 0, true), /root \d does not rise/)
  stray((arrays) => arrays.setInt32(4 * trees.roots.length - 4, size, true), /root 4 does not rise/)
  stray((arrays) => arrays.setInt32(at.column, 12, true), /node 0 splits by a column outside of the 12/)
  stray((arrays) => arrays.setFloat64(at.number, Number.NaN, true), /number\[0\] must be a finite number/)
  stray((arrays) => arrays.setFloat64(at.cover, -1, true), /node 0 has a cover/)
  stray(
    (arrays) => arrays.setFloat64(at.cover, Number.POSITIVE_INFINITY, true),
    /cover\[0\] must be a finite/,
  )
  stray((arrays) => arrays.setInt32(at.left, 0, true), /node 0 leads out of its tree/)
  stray((arrays) => arrays.setInt32(at.left, size, true), /node 0 leads out of its tree/)
  stray((arrays) => arrays.setInt32(at.left, 2, true), /has (no parent|two parents)|leads out/)
  stray((arrays) => arrays.setUint8(at.missing, 2), /node 0 sends missing values neither/)
  stray((arrays) => arrays.setInt32(at.set, 1_000_000, true), /node 0 splits by a set that is not there/)
  stray((arrays) => arrays.setUint32(at.words, 1_000_000, true), /setWords end within a set/)
})

test('whatever is put in the place of a byte, a file is refused or read as a model that scores every row', () => {
  const row = { mass: 1, day: '2020-02-03', code: 'a2', fuel: null, kind: 3, words: 'x', route: 'y' }
  const alteration = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) })
  const start = bytes.indexOf(10) + 1
  fc.assert(
    fc.property(alteration, ({ at, by }) => {
      const file = spoilt(
        () => undefined,
        (arrays) => {
          const place = at % (bytes.length - start - 4)
          arrays.setUint8(place, arrays.getUint8(place) ^ by)
        },
      )
      try {
        const { score, margin } = compile(decodeModel(file)).scoreOnly(row)
        assert.ok(score >= 0 && score <= 1 && !Number.isNaN(margin))
      } catch (error) {
        assert.ok(error instanceof ModelFormatError, String(error))
      }
    }),
    { numRuns: 300 },
  )
})
