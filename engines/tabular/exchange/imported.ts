import { wrong } from '../model/json-reading.ts'
import type { TabularModel } from '../model/model.ts'
import { uncalibrated } from '../trust/calibration.ts'

/** What a foreign file says of a model. */
export interface ImportedParts extends Pick<TabularModel, 'objective' | 'baseMargin' | 'trees'> {
  readonly names: readonly string[]
  /** Columns that hold levels (whole numbers), as far as the file says so; those that a tree splits by a set are found here. */
  readonly levelColumns?: ReadonlySet<number>
  readonly provenance: NonNullable<TabularModel['provenance']>
}

/**
 * The model as the engine holds it. Features have the file's names and are numbers, or levels where a tree splits them by a
 * set: a category arrives as the whole number that it was trained on. What only a training can know is `null`.
 */
export function asImported({ names, levelColumns, ...parts }: ImportedParts): TabularModel {
  if (new Set(names).size !== names.length) throw wrong('features', 'repeat a name')
  if (names.includes('')) throw wrong('features', 'have an empty name')
  if (!Number.isFinite(parts.baseMargin)) throw wrong('base margin', 'must be finite')
  const isLevel = new Set(levelColumns)
  for (const [node, set] of parts.trees.set.entries())
    if (set >= 0) isLevel.add(parts.trees.column[node] ?? -1)
  return {
    ...parts,
    features: names.map((name, column) => ({ name, kind: isLevel.has(column) ? 'level' : 'number' })),
    calibration: uncalibrated,
    seed: null,
    options: null,
    trainedRows: null,
    validation: null,
  }
}
