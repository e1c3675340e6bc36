/**
 * Proves receipts, checkpoints and logs offline, in a browser or in Node: nothing is asked of anybody, and nothing is needed
 * but the platform's own cryptography. The formats are C2SP's, so the logs and witnesses may be other people's.
 */
export { type Checkpoint, parseCheckpoint } from './verify/checkpoint.ts'
export { type Failure, type FailureCode, failures, NotProven } from './verify/failures.ts'
export { verifyHandover } from './verify/handover.ts'
export { type KeyType, keyTypes, parseVkey, type VerifierKey } from './verify/keys.ts'
export {
  type Consistency,
  type Inclusion,
  leafHashOf,
  type SubtreeConsistency,
  type SubtreeInclusion,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify/merkle.ts'
export { type Note, type NoteSignature, parseNote } from './verify/note.ts'
export {
  isQuorum,
  type Policy,
  type PolicyGroup,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
} from './verify/policy.ts'
export {
  parseReceipt,
  type Receipt,
  type ReceiptFacts,
  type ReceiptOptions,
  type ReceiptResult,
  type ShownRecord,
  verifyReceipt,
  type WitnessFact,
} from './verify/receipt.ts'
export { type SignedBy, type VerifiedNote, verifyNote } from './verify/signatures.ts'
