/** Rotation: the data keys are wrapped anew under a fresh wrapping key. No payload is touched. */
import { type Actor, holds } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import {
  againWhereRewrapped,
  forgetWrappingKey,
  seeKeyInUse,
  unwrap,
  wrap,
  wrappingKeyName,
  wrappingKeyOf,
} from './secrets.ts'
import {
  countErased,
  countWrapped,
  insertWrappingKey,
  keysWrappedUnder,
  markDestroyed,
  retireWrappingKey,
  rewrapKeys,
  takeVault,
  type WrappingKeyRow,
  wrappingKeys,
} from './store.ts'

export interface VaultStatus {
  readonly wrappingKeys: readonly (WrappingKeyRow & {
    /** Data keys that lie under it. */
    readonly holders: number
    /** Whether the keeper of keys has it. */
    readonly isHeld: boolean
  })[]
  readonly erased: number
}

export async function vaultStatus(kernel: Kernel, institutionId: string): Promise<VaultStatus> {
  const { rows, wrapped, erased } = await kernel.db.transaction(
    institutionId,
    async (tx) => {
      const [rows, wrapped, { holders: erased }] = await Promise.all([
        tx.rows(wrappingKeys, [institutionId]),
        tx.rows(countWrapped, [institutionId]),
        tx.one(countErased, [institutionId]),
      ])
      return { rows, wrapped, erased }
    },
    { isReadOnly: true },
  )
  const holders = new Map(wrapped.map((one) => [one.wrappingKey, one.holders]))
  const named = rows.map(async (row) => ({
    ...row,
    holders: holders.get(row.keyNumber) ?? 0,
    isHeld: await kernel.keys.has(wrappingKeyName(institutionId, row.keyNumber)),
  }))
  return { wrappingKeys: await Promise.all(named), erased }
}

export interface Rotation {
  /** Whether keys that nothing lies under any more are destroyed at the end: backups made before then open with none. */
  readonly destroyOld: boolean
  readonly batchSize?: number
  readonly signal?: AbortSignal
}

export interface RotationProgress {
  readonly keyNumber: number
  readonly rewrapped: number
  readonly total: number
  /** Numbers of the wrapping keys that were destroyed. */
  readonly destroyed: readonly number[]
}

const defaultBatch = 500

/**
 * Rotates the wrapping key, telling how far it is after each batch. Intake goes on meanwhile. Where an earlier rotation was cut
 * off, that one is finished first of all and no further key is made.
 *
 * 1. Make the next key, durably. A crash leaves a key that nothing lies under; the next attempt takes it.
 * 2. One transaction, alone with the vault: the new key's row, the old one's retirement and the log entry. Whoever writes under
 *    the old key has committed by then, and nobody begins to afterwards. A crash leaves data keys under both; they all open.
 * 3. Data keys are wrapped anew, batch by batch. A crash leaves whole batches.
 * 4. Old keys that nothing lies under are destroyed where asked for: first the key, then its row says so, with a log entry. A
 *    crash in between leaves a row that says too little; the next attempt says it.
 *
 * @throws Refusal `access.scope_missing`; Fatal `keys.missing`
 */
export async function* rotateWrappingKey(
  kernel: Kernel,
  actor: Actor,
  { destroyOld, batchSize = defaultBatch, signal }: Rotation,
): AsyncGenerator<RotationProgress, void, void> {
  if (!holds(actor, 'person.erase')) throw new Refusal('access.scope_missing', { scope: 'person.erase' })
  const { institutionId } = actor
  const before = await seeKeyInUse(kernel, institutionId)
  const isUnfinished = (await oldKeys(kernel, institutionId)).some(({ holders }) => holders > 0)
  // 1. and 2.
  const keyNumber = isUnfinished ? before : await changeKey(kernel, actor, before)
  // 3.
  const old = await oldKeys(kernel, institutionId)
  const progress = { keyNumber, rewrapped: 0, total: old.reduce((sum, { holders }) => sum + holders, 0) }
  yield { ...progress, destroyed: [] }
  for (const { keyNumber: from } of old) {
    for (;;) {
      signal?.throwIfAborted()
      const batch = { from, to: keyNumber, size: batchSize }
      const count = await againWhereRewrapped(() => rewrapBatch(kernel, institutionId, batch))
      if (count === 0) break
      progress.rewrapped += count
      yield { ...progress, destroyed: [] }
    }
  }
  // 4.
  if (destroyOld) yield { ...progress, destroyed: await destroyUnused(kernel, actor) }
}

/** Retired keys that are not destroyed. */
async function oldKeys(kernel: Kernel, institutionId: string) {
  const status = await vaultStatus(kernel, institutionId)
  return status.wrappingKeys.filter(
    ({ retiredAt, destroyedAt }) => retiredAt !== null && destroyedAt === null,
  )
}

/** Number of the key in use afterwards; where somebody else rotates at the same time, that of the one who was first. */
async function changeKey(kernel: Kernel, actor: Actor, before: number): Promise<number> {
  const { institutionId } = actor
  const keyNumber = before + 1
  // 1.
  await kernel.keys.makeSecret(wrappingKeyName(institutionId, keyNumber))
  // 2.
  await kernel.db.transaction(institutionId, async (tx) => {
    await tx.run(takeVault, [institutionId])
    const at = kernel.clock()
    if ((await tx.run(retireWrappingKey, [institutionId, before, at])) === 0) return
    await tx.run(insertWrappingKey, [institutionId, keyNumber, at])
    const record = canonicalJson({ createdAt: at.toISOString(), key: keyNumber })
    await append(tx, { actor: actor.name, at }, [
      { kind: 'wrapping_key.rotated', caseId: null, recordId: String(keyNumber), record },
    ])
  })
  return seeKeyInUse(kernel, institutionId)
}

/** How many data keys a batch had. */
async function rewrapBatch(
  kernel: Kernel,
  institutionId: string,
  { from, to, size }: { readonly from: number; readonly to: number; readonly size: number },
): Promise<number> {
  const rows = await kernel.db.transaction(
    institutionId,
    (tx) => tx.rows(keysWrappedUnder, [institutionId, from, size]),
    { isReadOnly: true },
  )
  if (rows.length === 0) return 0
  const [oldKey, newKey] = await Promise.all([
    wrappingKeyOf(kernel.keys, institutionId, from),
    wrappingKeyOf(kernel.keys, institutionId, to),
  ])
  const wrapped = rows.flatMap(({ holderId, blindIndex, wrappedKey }) => {
    if (blindIndex === null || wrappedKey === null) return []
    const owner = { institutionId, holderId, blindIndex }
    return [wrap(newKey, owner, unwrap(oldKey, owner, wrappedKey))]
  })
  const ids = rows.map(({ holderId }) => holderId)
  await kernel.db.transaction(institutionId, (tx) =>
    tx.run(rewrapKeys, [institutionId, from, to, ids, wrapped]),
  )
  return rows.length
}

async function destroyUnused(kernel: Kernel, actor: Actor): Promise<readonly number[]> {
  const { institutionId } = actor
  const destroyed: number[] = []
  for (const { keyNumber, holders } of await oldKeys(kernel, institutionId)) {
    // Retired, it gets no new ones, so that none stays none.
    if (holders > 0) continue
    await kernel.keys.destroy(wrappingKeyName(institutionId, keyNumber))
    forgetWrappingKey(kernel.keys, institutionId, keyNumber)
    await kernel.db.transaction(institutionId, async (tx) => {
      const at = kernel.clock()
      if ((await tx.run(markDestroyed, [institutionId, keyNumber, at])) === 0) return
      const record = canonicalJson({ destroyedAt: at.toISOString(), key: keyNumber })
      await append(tx, { actor: actor.name, at }, [
        { kind: 'wrapping_key.destroyed', caseId: null, recordId: String(keyNumber), record },
      ])
    })
    destroyed.push(keyNumber)
  }
  return destroyed
}
