/**
 * Data keys of holders. A holder is whoever sealed data is about, by name: a person (`ntn:1234567`, what the application's
 * `subject` says), a case about nobody that can be named (`case:<application>:<reference>`), the refused rows of an import
 * (`import:<id>`). The name itself is kept nowhere, only its blind index; erasing the holder destroys index and key.
 *
 * Data keys are never kept beyond the call they were asked for, so that a destroyed one is gone everywhere at once.
 */
import { randomFillSync } from 'node:crypto'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { type Holder, type Place, unseal } from './seal.ts'
import {
  againWhereRewrapped,
  blindIndices,
  keyNumberInUse,
  seeKeyInUse,
  unwrap,
  wrap,
  wrappingKeyOf,
} from './secrets.ts'
import {
  countLiving,
  insertKeys,
  type KeyRow,
  keysById,
  keysByIndex,
  shareVault,
  takeVault,
} from './store.ts'

const dataKeyBytes = 32

/**
 * Data keys by holder's name, made where missing. Transactions of its own, before that of the case.
 *
 * @throws Fatal `keys.missing` where the keeper lacks a key that the database knows
 */
export async function holdersFor(
  kernel: Kernel,
  institutionId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Holder>> {
  if (names.length === 0) return new Map()
  const unique = [...new Set(names)]
  const indices = await blindIndices(kernel, institutionId, unique)
  const nameOf = new Map(unique.map((name, at) => [hex(indices[at]), name]))
  const holders = new Map<string, Holder>()
  const take = async (rows: readonly IndexedRow[]) => {
    const opened = await openedById(kernel, institutionId, rows)
    for (const { blindIndex, holderId } of rows) {
      const name = nameOf.get(hex(blindIndex))
      const holder = opened.get(holderId)
      if (name !== undefined && holder !== undefined) holders.set(name, holder)
    }
  }
  await againWhereRewrapped(async () => {
    const find = (tx: Transaction) => tx.rows(keysByIndex, [institutionId, indices])
    await take(await kernel.db.transaction(institutionId, find, { isReadOnly: true }))
  })
  while (holders.size < unique.length) {
    const missing = [...nameOf].filter(([, name]) => !holders.has(name))
    const { made, others } = await makeKeys(
      kernel,
      institutionId,
      missing.map(([index]) => Buffer.from(index, 'hex')),
    )
    for (const [index, holder] of made) holders.set(nameOf.get(index) ?? '', holder)
    await take(others)
  }
  return holders
}

type IndexedRow = KeyRow & { readonly blindIndex: Uint8Array }

const hex = (bytes: Uint8Array = new Uint8Array()): string => Buffer.from(bytes).toString('hex')

interface MadeKeys {
  /** By blind index, in hexadecimal digits. */
  readonly made: ReadonlyMap<string, Holder>
  /** Rows of those that somebody else made meanwhile. */
  readonly others: readonly IndexedRow[]
}

/** Makes keys for names that have none. Answers nothing where the wrapping key was retired meanwhile: then once more. */
async function makeKeys(
  kernel: Kernel,
  institutionId: string,
  indices: readonly Buffer[],
): Promise<MadeKeys> {
  const keyNumber = await keyNumberInUse(kernel, institutionId)
  const wrappingKey = await wrappingKeyOf(kernel.keys, institutionId, keyNumber)
  // In one order whoever adds: two batches that want the same holders wait for each other instead of deadlocking.
  const sorted = indices.toSorted(Buffer.compare)
  const drafts = freshHolders(sorted)
  const wrapped = drafts.map(({ holderId, blindIndex, dataKey }) =>
    wrap(wrappingKey, { institutionId, holderId, blindIndex }, dataKey),
  )
  const ids = drafts.map(({ holderId }) => holderId)
  // Need not wait for the disk: nothing that is sealed under these keys is acknowledged before a later commit flushes the
  // write-ahead log past them. A crash before that takes both, and `requireLiving` finds a holder that it took alone.
  const { added, found } = await kernel.db.transaction(
    institutionId,
    async (tx) => {
      // Shared with other writers; a rotation that retires the wrapping key waits for it, and is seen after it.
      const [, added] = await Promise.all([
        tx.run(shareVault, [institutionId]),
        tx.run(insertKeys, [institutionId, keyNumber, kernel.clock(), ids, sorted, wrapped]),
      ])
      const found = added === drafts.length ? [] : await tx.rows(keysByIndex, [institutionId, sorted])
      return { added, found }
    },
    { waitsForDisk: false },
  )
  if (added < drafts.length) {
    if (found.length === 0) await seeKeyInUse(kernel, institutionId)
    return { made: new Map(), others: found }
  }
  const made = drafts.map(
    ({ holderId, dataKey, blindIndex }) => [hex(blindIndex), { holderId, dataKey }] as const,
  )
  return { made: new Map(made), others: [] }
}

function freshHolders(indices: readonly Buffer[]) {
  // Of their own memory, which goes with them.
  const random = randomFillSync(Buffer.allocUnsafeSlow(dataKeyBytes * indices.length))
  return indices.map((blindIndex, at) => ({
    blindIndex,
    holderId: newId(),
    dataKey: random.subarray(at * dataKeyBytes, (at + 1) * dataKeyBytes),
  }))
}

/** Those of the rows that live, with their data keys, by holder. */
async function openedById(
  { keys }: Pick<Kernel, 'keys'>,
  institutionId: string,
  rows: readonly KeyRow[],
): Promise<ReadonlyMap<string, Holder>> {
  const holders = new Map<string, Holder>()
  for (const { holderId, blindIndex, wrappedKey, wrappingKey } of rows) {
    if (blindIndex === null || wrappedKey === null || wrappingKey === null) continue
    const key = await wrappingKeyOf(keys, institutionId, wrappingKey)
    const owner = { institutionId, holderId, blindIndex }
    holders.set(holderId, { holderId, dataKey: unwrap(key, owner, wrappedKey) })
  }
  return holders
}

/**
 * Data keys of the living among these holders. An erased one is absent.
 *
 * @throws Error where a holder is unknown altogether: that is not an erasure, and nobody may take it for one
 */
export async function holdersById(
  tx: Transaction,
  { keys }: Pick<Kernel, 'keys'>,
  holderIds: readonly string[],
): Promise<ReadonlyMap<string, Holder>> {
  const ids = [...new Set(holderIds)]
  if (ids.length === 0) return new Map()
  return againWhereRewrapped(async () => {
    const rows = await tx.rows(keysById, [tx.institutionId, ids])
    if (rows.length !== ids.length)
      throw new Error('there is sealed data whose holder the vault does not know')
    return openedById({ keys }, tx.institutionId, rows)
  })
}

/** Living holders by name; none is made. */
export async function findHolders(
  kernel: Kernel,
  institutionId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const unique = [...new Set(names)]
  if (unique.length === 0) return new Map()
  const indices = await blindIndices(kernel, institutionId, unique)
  const nameOf = new Map(unique.map((name, at) => [hex(indices[at]), name]))
  const rows = await kernel.db.transaction(
    institutionId,
    (tx) => tx.rows(keysByIndex, [institutionId, indices]),
    { isReadOnly: true },
  )
  return new Map(rows.map(({ blindIndex, holderId }) => [nameOf.get(hex(blindIndex)) ?? '', holderId]))
}

/** The living holder of this name. */
export async function findHolder(
  kernel: Kernel,
  institutionId: string,
  name: string,
): Promise<string | undefined> {
  const indices = await blindIndices(kernel, institutionId, [name])
  const find = (tx: Transaction) => tx.maybe(keysByIndex, [institutionId, indices])
  return (await kernel.db.transaction(institutionId, find, { isReadOnly: true }))?.holderId
}

/**
 * Inside the transaction that writes what was sealed: whether all these holders still live. They then do until its commit,
 * because an erasure waits for it.
 */
export async function requireLiving(tx: Transaction, holderIds: readonly string[]): Promise<boolean> {
  const ids = [...new Set(holderIds)]
  if (ids.length === 0) return true
  const [, { holders }] = await Promise.all([
    tx.run(shareVault, [tx.institutionId]),
    tx.one(countLiving, [tx.institutionId, ids]),
  ])
  return holders === ids.length
}

/**
 * Waits for whatever is being written under data keys, and holds up what comes after until the transaction ends: whoever writes
 * later sees what this one did.
 */
export async function aloneWithVault(tx: Transaction): Promise<void> {
  await tx.run(takeVault, [tx.institutionId])
}

/** Beside other writers, and never beside somebody who is {@link aloneWithVault}. */
export async function besideOthers(tx: Transaction): Promise<void> {
  await tx.run(shareVault, [tx.institutionId])
}

export interface SealedText {
  readonly holderId: string
  readonly place: Place
  readonly sealed: Uint8Array
}

/** The texts in the order given; `undefined` where the holder has been erased. Whoever opens has recorded the read before. */
export async function openTexts(
  kernel: Kernel,
  institutionId: string,
  given: readonly SealedText[],
): Promise<readonly (string | undefined)[]> {
  const ids = given.map(({ holderId }) => holderId)
  const holders = await againWhereRewrapped(() =>
    kernel.db.transaction(institutionId, (tx) => holdersById(tx, kernel, ids), { isReadOnly: true }),
  )
  return given.map(({ holderId, place, sealed }) => {
    const holder = holders.get(holderId)
    return holder === undefined ? undefined : unseal(holder, place, sealed)
  })
}
