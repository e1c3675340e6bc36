/** The receipts in a person's archive: proofs of what was done on their cases, which verify without us. */
import type { Actor } from '../access/roles.ts'
import type { CaseRow } from '../cases/cases.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { receiptOf, receiptsOf, verifyingPolicy } from '../log/receipts.ts'

interface Member {
  readonly name: string
  readonly text: string
}

/** The policy to check the receipts by; nothing as long as the institution has no log. */
export async function policyMember(
  kernel: Pick<Kernel, 'db'>,
  institutionId: string,
): Promise<Member | undefined> {
  const text = await unlessNoLog(verifyingPolicy(kernel, institutionId))
  return text === undefined ? undefined : { name: 'receipts/policy.txt', text }
}

/** Those of a case that are ready. What happened a moment ago is in the log only after the archive was made. */
export async function* receiptMembers(
  kernel: Kernel,
  actor: Actor,
  { applicationId, caseId }: Pick<CaseRow, 'applicationId' | 'caseId'>,
): AsyncGenerator<Member, void, void> {
  const receipts = await unlessNoLog(receiptsOf(kernel, actor, caseId))
  for (const { entry, state } of receipts?.entries ?? []) {
    if (state !== 'ready' || entry.entryIndex === null) continue
    const text = await receiptOf(kernel, actor, { caseId, entryIndex: entry.entryIndex })
    yield { name: `receipts/${applicationId}/${caseId}-${entry.entryIndex}.tlog-proof`, text }
  }
}

async function unlessNoLog<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof Refusal && error.code === 'log.keys_none') return undefined
    throw error
  }
}
