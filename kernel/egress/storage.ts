/** Whether an application's cases may be kept where they would be. */
import type { Application } from '@khudi/sdk'
import type { Standing } from '../backends/reading.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { classificationOf } from '../registers/classifications.ts'

/** Where cases come to lie: whoever has either has them. */
const places = ['database', 'model-runtime']

/** What the register says of these places, in the transaction that pins a batch. */
export function storageIn(tx: Transaction, { egress }: Pick<Kernel, 'egress'>): Promise<Standing> {
  return egress.look(tx, places)
}

/**
 * Sealing does not make a difference here: whoever has the database has who is concerned, when and how often, and the law of
 * the place decides over it. What is kept already can still be read.
 *
 * @param seen what {@link storageIn} has just read
 * @throws Refusal `policy.refused`, naming the policy; `policy.unavailable`
 */
export async function requireStorage(
  { egress }: Pick<Kernel, 'egress'>,
  institutionId: string,
  { application, seen }: { readonly application: Application; readonly seen: Standing },
): Promise<void> {
  const classification = classificationOf(application)
  const about = { purpose: 'intake', isRedacted: false, applicationId: application.id } as const
  for (const backendId of places)
    await egress.require({ institutionId, backendId, classification, ...about }, seen)
}
