import { wrong } from '../model/json-reading.ts'
import { doubleBelow } from './float32.ts'
import { MOST_LEVEL, type OpenDraft, openDraft, type TreeDraft } from './lay-trees.ts'

export type LightgbmVersion = 'v3' | 'v4'

interface Context {
  readonly where: string
  readonly version: LightgbmVersion
  readonly columns: number
  /** Factor on leaf values. */
  readonly scale: number
}

const FIELDS = [
  'Tree',
  'num_leaves',
  'num_cat',
  'split_feature',
  'split_gain',
  'threshold',
  'decision_type',
  'left_child',
  'right_child',
  'leaf_value',
  'leaf_weight',
  'leaf_count',
  'internal_value',
  'internal_weight',
  'internal_count',
  'cat_boundaries',
  'cat_threshold',
  'is_linear',
  'shrinkage',
]

/** Bits of decision_type: 1 a split by category, 2 missing values go left, 4 and 8 which values are missing. */
const BY_CATEGORY = 1
const DEFAULT_LEFT = 2
const MISSING = { none: 0, zero: 4, nan: 8 } as const
/** LightGBM's kZeroThreshold, the single nearest to 1e-35: where zeros are missing, so is all that is no further from zero. */
const ZERO = Math.fround(1e-35)

/**
 * One tree of LightGBM in the engine's sense. Inner nodes are numbered from 0; a child below 0 is a leaf, of which it is
 * the complement. Shrinkage is already in the leaf values.
 */
export function readLightgbmTree(fields: ReadonlyMap<string, string>, context: Context): TreeDraft {
  const { where } = context
  for (const field of fields.keys())
    if (!FIELDS.includes(field))
      // Linear trees have leaf_const, leaf_features and leaf_coeff besides.
      throw wrong(`${where} ${field}`, 'is unknown: only trees with constant leaves can be imported')
  if ((fields.get('is_linear') ?? '0') !== '0')
    throw wrong(where, 'has linear models in its leaves, which cannot be imported')
  const [leaves = 0] = readNumbers(fields, 'num_leaves', { where, length: 1 })
  if (!Number.isInteger(leaves) || leaves < 1)
    throw wrong(`${where} num_leaves`, 'must be a whole number from 1')
  const splits = leaves - 1
  const size = splits + leaves
  const draft = openDraft(size)
  draft.cover.set(readNumbers(fields, 'internal_count', { where, length: splits }))
  draft.cover.set(readNumbers(fields, 'leaf_count', { where, length: leaves }), splits)
  const values = readNumbers(fields, 'leaf_value', { where, length: leaves })
  draft.value.set(
    values.map((leaf) => leaf * context.scale),
    splits,
  )
  const child = (to: number): number => (to < 0 ? splits - 1 - to : to < splits ? to : -1)
  draft.left.set(readNumbers(fields, 'left_child', { where, length: splits }).map(child))
  draft.right.set(readNumbers(fields, 'right_child', { where, length: splits }).map(child))
  readSplits(fields, draft, { ...context, splits })
  return draft
}

function readSplits(
  fields: ReadonlyMap<string, string>,
  draft: OpenDraft,
  { where, version, columns, splits: length }: Context & { readonly splits: number },
): void {
  const columnOf = readNumbers(fields, 'split_feature', { where, length })
  // An infinite threshold keeps every present number left, which is finite here.
  const thresholds = readNumbers(fields, 'threshold', { where, length, infinity: Number.MAX_VALUE })
  const types = readNumbers(fields, 'decision_type', { where, length })
  const sets = readSets(fields, where)
  for (let node = 0; node < length; node++) {
    const at = `${where} split ${node}`
    const column = columnOf[node] ?? -1
    const type = types[node] ?? -1
    if (!Number.isInteger(column) || column < 0 || column >= columns)
      throw wrong(at, 'asks for a feature that is not there')
    if (!Number.isInteger(type) || type < 0 || type > 15 || (type & 12) === 12)
      throw wrong(at, 'has an unknown decision type')
    draft.column[node] = column
    if ((type & BY_CATEGORY) === 0) {
      const cut = numberCut(thresholds[node] ?? Number.NaN, type, at)
      draft.threshold[node] = cut.threshold
      draft.missingLeft[node] = cut.missingLeft ? 1 : 0
      continue
    }
    const levels = sets[thresholds[node] ?? -1]
    if (levels === undefined) throw wrong(at, 'asks for a set of categories that is not there')
    // A missing category goes right in v4; in v3 it counted as category 0 unless NaN had been seen in training.
    if (version === 'v3' && (type & 12) !== MISSING.nan && levels.includes(0))
      throw wrong(at, 'treats a missing category as category 0, which cannot be imported')
    draft.levels.set(node, levels)
  }
}

/** `value <= threshold` and where missing values go, so that every number goes LightGBM's way. */
function numberCut(
  threshold: number,
  type: number,
  where: string,
): { readonly threshold: number; readonly missingLeft: boolean } {
  const defaultLeft = (type & DEFAULT_LEFT) !== 0
  switch (type & 12) {
    case MISSING.none:
      // NaN counts as 0.
      return { threshold, missingLeft: threshold >= 0 }
    case MISSING.nan:
      return { threshold, missingLeft: defaultLeft }
    default: {
      // Zeros and NaN go the default way. One cut says so where the zeros are on their side of the threshold anyway.
      const nearZero = Math.abs(threshold) <= ZERO
      if (defaultLeft && (threshold >= ZERO || nearZero))
        return { threshold: Math.max(threshold, ZERO), missingLeft: true }
      if (!defaultLeft && (threshold <= -ZERO || nearZero))
        return { threshold: Math.min(threshold, doubleBelow(-ZERO)), missingLeft: false }
      throw wrong(where, 'sends zeros, as missing, against the threshold, which cannot be imported')
    }
  }
}

/** The levels of each set, from the bits of its words. */
function readSets(fields: ReadonlyMap<string, string>, where: string): readonly (readonly number[])[] {
  const [count = 0] = readNumbers(fields, 'num_cat', { where, length: 1 })
  if (count === 0) return []
  const bounds = readNumbers(fields, 'cat_boundaries', { where, length: count + 1 })
  const words = readNumbers(fields, 'cat_threshold', { where })
  if (
    bounds[0] !== 0 ||
    bounds[count] !== words.length ||
    bounds.some((to, at) => to < (bounds[at - 1] ?? 0))
  )
    throw wrong(`${where} cat_boundaries`, 'do not divide cat_threshold into sets')
  if (words.some((word) => !Number.isInteger(word) || word < 0 || word >= 2 ** 32))
    throw wrong(`${where} cat_threshold`, 'must be words of 32 bits')
  return Array.from({ length: count }, (_, set) => {
    const levels: number[] = []
    const own = words.subarray(bounds[set] ?? 0, bounds[set + 1] ?? 0)
    if (own.length * 32 > MOST_LEVEL) throw wrong(`${where} cat_threshold`, 'has levels beyond the largest')
    for (const [at, word] of own.entries())
      for (let bit = 0; bit < 32; bit++) if (((word >>> bit) & 1) === 1) levels.push(at * 32 + bit)
    return levels
  })
}

function readNumbers(
  fields: ReadonlyMap<string, string>,
  field: string,
  {
    where,
    length,
    infinity,
  }: { readonly where: string; readonly length?: number; readonly infinity?: number },
): Float64Array {
  const text = fields.get(field)
  if (text === undefined) throw wrong(`${where} ${field}`, 'is missing')
  const words = text === '' ? [] : text.split(' ')
  if (length !== undefined && words.length !== length)
    throw wrong(`${where} ${field}`, `must have ${length} numbers`)
  return Float64Array.from(words, (word) => {
    if (word === 'inf' && infinity !== undefined) return infinity
    if (!/^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/.test(word))
      throw wrong(`${where} ${field}`, 'has what is no number')
    return Number(word)
  })
}
