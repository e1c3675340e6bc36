/** Checkpoints (c2sp.org/tlog-checkpoint): what a log says of itself. */
import { type Bytes, findBase64, findDecimal, hashBytes } from './bytes.ts'
import { NotProven } from './failures.ts'

export interface Checkpoint {
  readonly origin: string
  /** Number of entries. */
  readonly size: number
  readonly rootHash: Bytes
  /** Further lines, without meaning here. */
  readonly extensions: readonly string[]
}

/**
 * Reads the text of a checkpoint: the note without its signatures.
 *
 * @throws NotProven `checkpoint.form`
 * @example
 * ```ts
 * import { parseCheckpoint } from '@khudi/sdk/verify'
 * const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n'
 * parseCheckpoint(text).size // 20852163
 * ```
 */
export function parseCheckpoint(text: string): Checkpoint {
  const checkpoint = findCheckpoint(text)
  if (checkpoint === undefined) throw new NotProven('checkpoint.form')
  return checkpoint
}

export function findCheckpoint(text: string): Checkpoint | undefined {
  const [origin = '', digits = '', root = '', ...rest] = text.split('\n')
  const size = findDecimal(digits)
  const rootHash = findBase64(root)
  if (size === undefined || rootHash?.length !== hashBytes || rest.pop() !== '') return undefined
  return [origin, ...rest].includes('') ? undefined : { origin, size, rootHash, extensions: rest }
}
