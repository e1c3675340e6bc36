/** The body of a checkpoint (c2sp.org/tlog-checkpoint): origin, size, root. Signatures come with the note around it. */
import { hashBytes } from './merkle.ts'

export interface Checkpoint {
  readonly origin: string
  readonly size: number
  /** 32 bytes. */
  readonly rootHash: Uint8Array
}

/** Signs the log's checkpoints. */
export interface CheckpointSigner {
  readonly origin: string
  /** The signed note (c2sp.org/signed-note) of a body, which ends in a line end. */
  sign(body: string): Promise<string>
}

export function checkpointBody({ origin, size, rootHash }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(rootHash).toString('base64')}\n`
}

/**
 * What a checkpoint says, from its signed note or its body alone; undefined where it is none. Extension lines are passed
 * over. Signatures are not verified here.
 */
export function findCheckpoint(note: string): Checkpoint | undefined {
  const [origin = '', digits = '', root = ''] = note.split('\n')
  const size = Number(digits)
  const rootHash = Buffer.from(root, 'base64')
  const isWhole =
    origin !== '' &&
    /^(0|[1-9]\d*)$/.test(digits) &&
    Number.isSafeInteger(size) &&
    rootHash.length === hashBytes &&
    note.startsWith(checkpointBody({ origin, size, rootHash }))
  return isWhole ? { origin, size, rootHash } : undefined
}
