import { TabularInputError } from '../errors.ts'
import { type Columns, readColumns, rowsOf, type TrustColumn } from './columns.ts'
import { exactInterval } from './distributions.ts'
import type { Evidence } from './leakage-sentences.ts'

/** Below this share repeats do not move a measure. */
const LEAST_SHARE = 0.01
const CONFIDENCE = 0.999

/**
 * Test rows that are in the training table too, feature by feature, and are more than its own repeats lead one to expect: where
 * cases of few coarse features often look alike, a test row that looks like an old one is nothing odd.
 *
 * @throws TabularInputError `feature_missing` where the test rows lack a feature, and as `readColumns`.
 */
export function repeatedRows(train: readonly TrustColumn[], test: Columns): Evidence | null {
  const wanted = Object.fromEntries(
    train.map(({ name }) => {
      const column = Object.hasOwn(test, name) ? test[name] : undefined
      if (column === undefined)
        throw new TabularInputError('feature_missing', `feature "${name}" is missing in the test rows`)
      return [name, column]
    }),
  )
  const known = new Map<number, number>()
  const keysOfTrain = rowKeys(train)
  for (const key of keysOfTrain) known.set(key, (known.get(key) ?? 0) + 1)
  const within = keysOfTrain.filter((key) => (known.get(key) ?? 0) > 1).length / keysOfTrain.length
  const keysOfTest = rowKeys(readColumns(wanted))
  const rows = keysOfTest.length
  const repeated = keysOfTest.filter((key) => known.has(key)).length
  const share = repeated / rows
  if (share < LEAST_SHARE || exactInterval(repeated, rows, CONFIDENCE).low <= within) return null
  return { repeated, rows, share, within }
}

/**
 * A number of 53 bits a row, the same for rows of the same values; of a million rows, two different ones share it once in ten
 * thousand tables. Missing is the same for numbers and levels, because a column without any value may be either.
 */
function rowKeys(columns: readonly TrustColumn[]): Float64Array {
  const count = rowsOf(columns[0])
  const high = new Uint32Array(count)
  const low = new Uint32Array(count)
  for (const column of columns) {
    const words = column.kind === 'numbers' ? numberWords(column.values) : levelWords(column)
    for (let row = 0; row < count; row++) {
      const [a, b] = [words.first[row] ?? 0, words.second[row] ?? 0]
      high[row] = mix((high[row] ?? 0) ^ a, b)
      low[row] = mix((low[row] ?? 0) ^ b, a ^ 0x5bd1_e995)
    }
  }
  const keys = new Float64Array(count)
  for (let row = 0; row < count; row++) keys[row] = ((high[row] ?? 0) >>> 11) * 2 ** 32 + (low[row] ?? 0)
  return keys
}

type Words = { readonly first: Uint32Array; readonly second: Uint32Array }

const MISSING = 0x9e37_79b9

function numberWords(values: Float64Array): Words {
  const bits = new DataView(values.buffer, values.byteOffset, values.byteLength)
  const first = new Uint32Array(values.length).fill(MISSING)
  const second = new Uint32Array(values.length).fill(MISSING)
  for (let row = 0; row < values.length; row++) {
    if (Number.isNaN(values[row])) continue
    first[row] = bits.getUint32(8 * row)
    second[row] = bits.getUint32(8 * row + 4)
  }
  return { first, second }
}

function levelWords({ codes, levels }: Extract<TrustColumn, { kind: 'levels' }>): Words {
  const hashes = {
    first: levels.map((level) => hash(level, 1)),
    second: levels.map((level) => hash(level, 2)),
  }
  return {
    first: Uint32Array.from(codes, (code) => hashes.first[code] ?? MISSING),
    second: Uint32Array.from(codes, (code) => hashes.second[code] ?? MISSING),
  }
}

function hash(text: string, seed: number): number {
  let state = seed
  for (let i = 0; i < text.length; i++) state = mix(state, text.charCodeAt(i))
  return mix(state, text.length)
}

/** One round of MurmurHash3's mixing of words, and its finaliser (Appleby, public domain). */
function mix(state: number, word: number): number {
  let own = Math.imul(word, 0xcc9e_2d51)
  own = Math.imul((own << 15) | (own >>> 17), 0x1b87_3593)
  let mixed = state ^ own
  mixed = (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe654_6b64) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
