/** The body of an `add-checkpoint` request (c2sp.org/tlog-witness), read strictly. */
import { type Checkpoint, type Note, NotProven, parseCheckpoint, parseNote } from '@khudi/sdk/verify'

export interface AddCheckpointRequest {
  /** Size of the tree that the proof begins at. */
  readonly oldSize: number
  readonly proof: readonly Uint8Array[]
  readonly note: Note
  readonly checkpoint: Checkpoint
}

const mostProofLines = 63
/** Sixteen signatures of ML-DSA-44 take 52 kB. */
const mostBytes = 131_072

/** `undefined` where the body is not one. Nothing in it is verified. */
export function findRequest(body: Uint8Array): AddCheckpointRequest | undefined {
  if (body.length > mostBytes) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
    const end = text.indexOf('\n\n')
    if (end === -1) return undefined
    const [first = '', ...lines] = text.slice(0, end).split('\n')
    const oldSize = findSize(first)
    const proof = lines.map(findHash).filter((hash) => hash !== undefined)
    if (oldSize === undefined || proof.length < lines.length || lines.length > mostProofLines)
      return undefined
    const note = parseNote(text.slice(end + 2))
    return { oldSize, proof, note, checkpoint: parseCheckpoint(note.text) }
  } catch (error) {
    if (error instanceof NotProven || error instanceof TypeError) return undefined
    throw error
  }
}

function findSize(line: string): number | undefined {
  const [, digits] = /^old (0|[1-9]\d{0,15})$/.exec(line) ?? []
  const size = Number(digits)
  return Number.isSafeInteger(size) ? size : undefined
}

function findHash(line: string): Uint8Array | undefined {
  const bytes = Buffer.from(line, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === line ? bytes : undefined
}
