/** What witnesses added to a log's checkpoints: the newest one of which enough of them know, and how each of them does. */
import { isQuorum, parseNote } from '@khudi/sdk/verify'
import type { Kernel } from '../kernel.ts'
import { noteWith } from './note.ts'
import { askedWitnesses, policyOf, type WitnessPolicy, witnessIdOf } from './policy.ts'
import { logOf, publishedCheckpoint } from './published.ts'
import type { LogPlace, SignedCheckpoint } from './standing.ts'
import { checkpointAt, cosignedBelow, type WitnessRow, witnessesAsked } from './store.ts'

type Reading = Pick<Kernel, 'db' | 'logFolder' | 'clock'>

/** A checkpoint as receipts carry it: of the log's signatures the one by Ed25519, then those of the policy's witnesses. */
export type Cosigned = SignedCheckpoint

/**
 * The newest published checkpoint that satisfies the policy in force; `undefined` as long as there is none. Where the policy
 * needs no witness, it is the newest of all.
 */
export async function latestCosigned(kernel: Reading, institutionId: string): Promise<Cosigned | undefined> {
  const place = await logOf(kernel, institutionId)
  if (place === undefined) return undefined
  const given = await policyOf(kernel, institutionId)
  const published = await publishedCheckpoint(place, kernel.clock())
  if (published === undefined) return undefined
  const isNoneNeeded = given.policy.quorum === 'none'
  for (let below = published.size + 1; ; ) {
    const page = await place.transact((tx) => tx.rows(cosignedBelow, [institutionId, below]))
    for (const { treeSize, witnesses, lines } of page) {
      // An older tree with cosignatures that nobody asks for does not come before the newest.
      if (isNoneNeeded && treeSize !== published.size) return withLines(published, [])
      const cosigned = cosignaturesOf(given, witnesses.split('\n'), lines.split(/(?<=\n)/))
      if (isQuorum(given.policy, cosigned.names))
        return withLines(await checkpointOf(place, treeSize), cosigned.lines)
    }
    const last = page.at(-1)
    if (last === undefined) return isNoneNeeded ? withLines(published, []) : undefined
    below = last.treeSize
  }
}

/** Those that the policy names: their names in it, and their lines. */
function cosignaturesOf({ policy }: WitnessPolicy, ids: readonly string[], lines: readonly string[]) {
  const names = new Map(policy.witnesses.map(({ name, key }) => [witnessIdOf(key), name]))
  const known = ids.flatMap((id, at) => {
    const name = names.get(id)
    return name === undefined ? [] : [{ name, line: lines[at] ?? '' }]
  })
  return { names: new Set(known.map(({ name }) => name)), lines: known.map(({ line }) => line) }
}

async function checkpointOf({ institutionId, transact }: LogPlace, size: number): Promise<SignedCheckpoint> {
  const { treeSize, rootHash, note } = await transact((tx) => tx.one(checkpointAt, [institutionId, size]))
  return { size: treeSize, rootHash, note }
}

const ed25519Bytes = 64

function withLines({ note, ...tree }: SignedCheckpoint, lines: readonly string[]): Cosigned {
  const { text, signatures } = parseNote(note)
  const [origin] = text.split('\n')
  const byLog = signatures.filter(({ name, bytes }) => name === origin && bytes.length === ed25519Bytes)
  return { ...tree, note: noteWith(text, byLog, lines) }
}

/** How asking a witness goes. */
export interface WitnessState {
  /** Submission prefix. */
  readonly url: string
  /** Names in the policy of the keys that it cosigns with. */
  readonly names: readonly string[]
  /** The largest tree it is known to have cosigned. */
  readonly size: number
  readonly cosignedAt: Date | null
  /** Code of what went wrong last, what was said, and since when; null while all is well. */
  readonly failure: string | null
  readonly detail: string | null
  readonly failingSince: Date | null
}

/** Every witness of the policy in force, whichever process asks it. */
export async function witnessStates(
  kernel: Pick<Kernel, 'db'>,
  institutionId: string,
): Promise<readonly WitnessState[]> {
  const { policy } = await policyOf(kernel, institutionId)
  const asked = await kernel.db.transaction(institutionId, (tx) => tx.rows(witnessesAsked, [institutionId]))
  const names = new Map<string, string[]>()
  for (const { url, name } of askedWitnesses(policy)) names.set(url, [...(names.get(url) ?? []), name])
  return Array.from(names, ([url, ofUrl]) => stateOf(url, ofUrl, asked))
}

function stateOf(url: string, names: readonly string[], asked: readonly WitnessRow[]): WitnessState {
  const known = asked.find((one) => one.url === url)
  return {
    url,
    names,
    size: known?.treeSize ?? 0,
    cosignedAt: known?.cosignedAt ?? null,
    failure: known?.failure ?? null,
    detail: known?.detail ?? null,
    failingSince: known?.failingSince ?? null,
  }
}
