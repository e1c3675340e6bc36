/** What is told about sealed data without opening it: when it was erased, and who opened it. */
import { z } from 'zod'
import { casesHeldOn, type Held } from '../cases/held.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { erasuresOfHolders, type ReadRow, readsOfCase, readsOfHolder } from './store.ts'

/** When those of the holders that were erased were, by holder. */
export async function erasuresOf(
  tx: Transaction,
  holderIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  if (holderIds.length === 0) return new Map()
  const rows = await tx.rows(erasuresOfHolders, [tx.institutionId, [...new Set(holderIds)]])
  return new Map(rows.flatMap(({ holderId, erasedAt }) => (erasedAt === null ? [] : [[holderId, erasedAt]])))
}

/** What is held on somebody. */
export interface Holding {
  readonly holderId: string
  readonly erasedAt: Date | null
  readonly held: readonly Held[]
}

/** @throws Refusal `vault.person_unknown` */
export async function holdingOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  holderId: string,
): Promise<Holding> {
  return db.transaction(
    institutionId,
    async (tx) => {
      const [[found], held] = await Promise.all([
        tx.rows(erasuresOfHolders, [institutionId, [holderId]]),
        casesHeldOn(tx, holderId),
      ])
      if (found === undefined) throw new Refusal('vault.person_unknown')
      return { ...found, held }
    },
    { isReadOnly: true },
  )
}

/** One case, everything that is held on somebody, or a batch of an application's cases, opened by a job. */
export const ReadKind = z.enum(['case', 'everything', 'batch'])
export type ReadKind = z.infer<typeof ReadKind>

export function readKind({ holderId, caseId }: ReadRow): ReadKind {
  if (holderId === null) return 'batch'
  return caseId === null ? 'everything' : 'case'
}

/** Who opened something of this case by itself, oldest first; batches of jobs are not among them. */
export function readsOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  { caseId, holderId }: { readonly caseId: string; readonly holderId: string | null },
): Promise<readonly ReadRow[]> {
  return db.transaction(institutionId, (tx) => tx.rows(readsOfCase, [institutionId, holderId, caseId]), {
    isReadOnly: true,
  })
}

/**
 * Who opened something of the holder's, newest first. A batch of a job says how many cases it opened and not which: every batch
 * of an application is among them that was opened when the holder had a case there.
 */
export function readsOfPerson(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  page: {
    readonly holderId: string
    /** The last read of the page before. */
    readonly after: string | undefined
    readonly size: number
  },
): Promise<readonly ReadRow[]> {
  const { holderId, after, size } = page
  return db.transaction(
    institutionId,
    (tx) => tx.rows(readsOfHolder, [institutionId, holderId, after, size]),
    { isReadOnly: true },
  )
}
