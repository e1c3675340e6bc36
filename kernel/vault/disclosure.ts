/** What is told about sealed data without opening it: when it was erased, and who opened it. */
import { z } from 'zod'
import { everywhere } from '../access/roles.ts'
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

/** What is held on somebody, in the whole institution: `person.read` is held nowhere less. */
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
    { isReadOnly: true, units: everywhere },
  )
}

/** One case, what somebody asked for, everything that is held on them, or a batch of an application's cases, opened by a job. */
export const ReadKind = z.enum(['case', 'request', 'everything', 'batch'])
export type ReadKind = z.infer<typeof ReadKind>

export function readKind({ holderId, caseId, applicationId }: ReadRow): ReadKind {
  if (holderId === null) return 'batch'
  if (caseId === null) return 'everything'
  // A request is no case of an application.
  return applicationId === null ? 'request' : 'case'
}

/** Who opened something of this case by itself, oldest first; batches of jobs are not among them. */
export function readsOf(
  { db }: Pick<Kernel, 'db'>,
  institutionId: string,
  given: {
    readonly caseId: string
    readonly holderId: string | null
    /** Whose cases whoever asks may see. */
    readonly units: readonly string[] | undefined
  },
): Promise<readonly ReadRow[]> {
  const { caseId, holderId, units } = given
  const find = (tx: Transaction) => tx.rows(readsOfCase, [institutionId, holderId, caseId])
  return db.transaction(institutionId, find, { isReadOnly: true, units })
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
    { isReadOnly: true, units: everywhere },
  )
}
