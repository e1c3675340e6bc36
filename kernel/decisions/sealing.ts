/** What is sealed of a batch of cases before its transaction: payloads, reasons, outcomes, each under the key of its holder. */
import { sha256 } from '../canonical.ts'
import type { Kernel } from '../kernel.ts'
import { type GivenOutcome, type SealedOutcome, sealOutcome } from '../outcomes/outcomes.ts'
import { casePlace, holderNameOf, type NamedCase, reasonsPlace } from '../vault/places.ts'
import { type Holder, keyedDigest, seal } from '../vault/seal.ts'
import { holdersFor } from '../vault/vault.ts'
import type { DecidedCase, ReadCase } from './run.ts'

/** A case that was read, with the outcome that came with it. */
export interface ReadItem {
  readonly read: ReadCase
  readonly outcome: GivenOutcome | undefined
}

/** The same case as it is stored. */
export interface Sealing {
  /** Null where nothing is sealed. */
  readonly holderId: string | null
  readonly payloadDigest: Uint8Array
  readonly sealed: Uint8Array | null
  readonly sealedReasons: Uint8Array | null
  readonly outcome: SealedOutcome | undefined
}

/** Data keys by holder's identifier; they go with the batch. */
export type Holders = ReadonlyMap<string, Holder>

/** Seals a batch; asks the vault for keys only where there is something to seal. */
export async function sealItems(
  kernel: Kernel,
  institutionId: string,
  given: {
    readonly applicationId: string
    readonly items: readonly ReadItem[]
    /** Names of persons who have said something: a case keeps whom it is about then even where nothing of it is sealed. */
    readonly heard?: ReadonlySet<string>
  },
): Promise<{ readonly sealings: readonly Sealing[]; readonly holders: Holders }> {
  const { applicationId, items, heard } = given
  const names = items.map((item) =>
    hasSecrets(item) || heard?.has(item.read.subject ?? '') === true
      ? holderNameOf({ ...item.read, applicationId }, item.read.subject)
      : undefined,
  )
  const byName = await holdersFor(
    kernel,
    institutionId,
    names.filter((name) => name !== undefined),
  )
  const sealings = items.map((item, index) => {
    const name = names[index]
    return sealItem({ applicationId, item, holder: name === undefined ? undefined : byName.get(name) })
  })
  return { sealings, holders: new Map([...byName.values()].map((holder) => [holder.holderId, holder])) }
}

function hasSecrets({ read, outcome }: ReadItem): boolean {
  return (
    read.secret !== null ||
    (read.decided?.secretReasons ?? null) !== null ||
    (outcome?.secret ?? null) !== null
  )
}

function sealItem(given: {
  readonly applicationId: string
  readonly item: ReadItem
  readonly holder: Holder | undefined
}): Sealing {
  const { applicationId, item, holder } = given
  const { read, outcome } = item
  const { payload, secret, reference, decided } = read
  const named: NamedCase = { applicationId, reference }
  const sealedOutcome = outcome === undefined ? undefined : sealOutcome(outcome, named, holder)
  if (holder === undefined) {
    const payloadDigest = sha256(payload)
    return { holderId: null, payloadDigest, sealed: null, sealedReasons: null, outcome: sealedOutcome }
  }
  return {
    holderId: holder.holderId,
    payloadDigest: secret === null ? sha256(payload) : keyedDigest(holder, payload, secret),
    sealed: secret === null ? null : seal(holder, casePlace(named), secret),
    sealedReasons: decided === undefined ? null : sealReasons(decided, named, holder),
    outcome: sealedOutcome,
  }
}

/** Null where no reason carries a sealed value. */
export function sealReasons(
  { secretReasons }: DecidedCase,
  named: NamedCase,
  holder: Pick<Holder, 'dataKey'>,
): Uint8Array | null {
  return secretReasons === null ? null : seal(holder, reasonsPlace(named), secretReasons)
}
