/** What a job opens of many cases at once: one entry of the log with the exact count, committed before anything is opened. */
import { type Actor, holds, type Holder as RoleHolder } from '../access/roles.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { actionOf, agreedStanding, requireAllowed } from '../policy/ask.ts'
import { type Purpose, purposes } from '../registers/purposes.ts'
import { restrictedAmong } from '../rights/holds.ts'
import { recordRead } from './reads.ts'
import { type Holder, type Place, unseal } from './seal.ts'
import { holdersById } from './vault.ts'

export interface SealedCase {
  readonly holderId: string | null
  /** Null where nothing is sealed. */
  readonly texts: readonly ({ readonly place: Place; readonly sealed: Uint8Array } | null)[]
}

export interface OpenedCase {
  /** In the order given; null where nothing is sealed. */
  readonly texts: readonly (string | null)[]
  /** Its data key, to seal what is made of the batch; gone with it. `undefined` where nothing was opened. */
  readonly holder: Holder | undefined
}

export interface Batch {
  readonly applicationId: string
  readonly purpose: Purpose
  readonly cases: readonly SealedCase[]
}

/**
 * Opens the sealed texts of a batch of cases, in the order given. `undefined` stands for a case whose holder has been erased, or
 * asked that nothing be learned from their data; it counts for nothing.
 *
 * 1. One transaction finds the holders that live and records how many cases are about to be opened. A crash before its commit
 *    leaves nothing, after it an entry of a read that opened less.
 * 2. The texts are opened.
 *
 * Policy is asked once, as if every person had agreed: whoever calls has left out those who have not (`withheldHolders`).
 *
 * @throws Refusal `vault.purpose_forbidden`, `policy.refused`, `policy.unavailable`
 */
export async function openBatch(
  kernel: Kernel,
  actor: Actor,
  { applicationId, purpose, cases }: Batch,
): Promise<readonly (OpenedCase | undefined)[]> {
  const sealed = cases.filter(isSealed)
  if (sealed.length === 0) return cases.map(inClear)
  const role = officeOf(actor, purpose)
  const standing = agreedStanding(kernel, applicationId)
  await requireAllowed(kernel, actor, { applicationId, action: actionOf(purpose), purpose, standing })
  // 1.
  const holders = await kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const holderIds = sealed.flatMap(({ holderId }) => holderId ?? [])
    const living = new Map(await holdersById(tx, kernel, holderIds))
    if (purpose === 'training' || purpose === 'evaluation')
      for (const holderId of await restrictedAmong(tx, holderIds)) living.delete(holderId)
    const count = sealed.filter(({ holderId }) => living.has(holderId ?? '')).length
    if (count === 0) return living
    const reading = { holderId: null, caseId: null, applicationId, cases: count, role, purpose, at }
    await append(tx, { actor: actor.name, at }, [await recordRead(tx, actor, reading)])
    return living
  })
  // 2.
  return cases.map((one) => {
    if (!isSealed(one)) return inClear(one)
    const holder = holders.get(one.holderId ?? '')
    if (holder === undefined) return undefined
    return { texts: one.texts.map((text) => text && unseal(holder, text.place, text.sealed)), holder }
  })
}

const inClear = ({ texts }: SealedCase): OpenedCase => ({ texts: texts.map(() => null), holder: undefined })

const isSealed = ({ texts }: SealedCase) => texts.some((text) => text !== null)

/**
 * In which office somebody reads: the role that gives them the purpose's scope.
 *
 * @throws Refusal `vault.purpose_forbidden` where none does
 */
export function officeOf({ roles, units }: RoleHolder, purpose: Purpose): string {
  const { scope } = purposes[purpose]
  const office = roles.find((role) => holds({ roles: [role], ...(units && { units }) }, scope))
  if (office === undefined) throw new Refusal('vault.purpose_forbidden', { purpose, scope })
  return office
}
