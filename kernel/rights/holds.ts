/**
 * Holds: what must not be erased, because a law, a court or an investigation says so (`legal`), and what may be kept but not
 * used, because the person asked (`restriction`). Of one person or of a whole application; added and lifted with the reason, in
 * the log.
 */
import { z } from 'zod'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { requireLiving } from '../vault/vault.ts'
import { bodyOf, type StepRow, takeProceeding, takeStep } from './steps.ts'
import { holdsInForce } from './store.ts'

export const HoldKind = z.enum(['legal', 'restriction'])
export type HoldKind = z.infer<typeof HoldKind>

const HoldBody = z.strictObject({
  application: z.string().nullable(),
  basis: z.string(),
  kind: HoldKind,
})

export interface Hold {
  readonly holdId: string
  readonly kind: HoldKind
  /** Null for a hold of an application. */
  readonly holderId: string | null
  readonly applicationId: string | null
  readonly basis: string
  readonly addedAt: Date
}

function holdOf(row: StepRow): Hold {
  const { application, basis, kind } = bodyOf(HoldBody, row)
  const { proceedingId: holdId, holderId, recordedAt: addedAt } = row
  return { holdId, kind, holderId, applicationId: application, basis, addedAt }
}

/** Holds are about all applications: a key that is bound to one sees none. */
function requireWhole(actor: Actor, scope: 'right.read' | 'right.handle'): void {
  requireScope(actor, scope)
  if (actor.applicationId !== undefined) throw new Refusal('access.application_foreign')
}

/** Holds in force. */
export async function holdsOf(tx: Transaction): Promise<readonly Hold[]> {
  return (await tx.rows(holdsInForce, [tx.institutionId])).map(holdOf)
}

export async function findHolds(kernel: Kernel, actor: Actor): Promise<readonly Hold[]> {
  requireWhole(actor, 'right.read')
  return kernel.db.transaction(actor.institutionId, holdsOf, { isReadOnly: true, units: everywhere })
}

export interface NewHold {
  readonly kind: HoldKind
  readonly holderId: string | null
  readonly applicationId: string | null
  /** The law, the order of a court, the request. Names nobody: it stands in clear. */
  readonly basis: string
}

/** Adds a hold within a transaction of something else. @throws Refusal `right.hold_basis_missing`, `right.hold_on_nothing` */
export async function hold(
  tx: Transaction,
  { actor, at }: { readonly actor: Pick<Actor, 'name'>; readonly at: Date },
  given: NewHold,
): Promise<Hold> {
  const basis = given.basis.trim()
  if (basis === '') throw new Refusal('right.hold_basis_missing')
  if ((given.holderId === null) === (given.applicationId === null)) throw new Refusal('right.hold_on_nothing')
  const { kind, holderId } = given
  const body = { application: given.applicationId, basis, kind }
  const step = { proceedingId: newId(), after: 0, kind: 'hold.added', body, holderId } as const
  return holdOf(await takeStep(tx, { actor: actor.name, at }, step))
}

/**
 * @throws Refusal `access.scope_missing`, `access.application_foreign`, `application.not_installed`, `vault.person_unknown`, and
 *   those of `hold`
 */
export async function addHold(kernel: Kernel, actor: Actor, given: NewHold): Promise<Hold> {
  requireWhole(actor, 'right.handle')
  const { applicationId, holderId } = given
  if (applicationId !== null && !kernel.applications.has(applicationId))
    throw new Refusal('application.not_installed', { application: applicationId.slice(0, 40) })
  const add = async (tx: Transaction) => {
    if (holderId !== null && !(await requireLiving(tx, [holderId]))) throw new Refusal('vault.person_unknown')
    return hold(tx, { actor, at: kernel.clock() }, given)
  }
  return kernel.db.transaction(actor.institutionId, add, { units: everywhere })
}

/** Lifts a hold. @throws Refusal `access.scope_missing`, `right.hold_not_found`, `right.hold_basis_missing` */
export async function liftHold(
  kernel: Kernel,
  actor: Actor,
  given: { readonly holdId: string; readonly basis: string },
): Promise<void> {
  requireWhole(actor, 'right.handle')
  const basis = given.basis.trim()
  if (basis === '') throw new Refusal('right.hold_basis_missing')
  await kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const steps = await takeProceeding(tx, given.holdId)
      const [first] = steps
      if (first?.kind !== 'hold.added' || steps.length > 1) throw new Refusal('right.hold_not_found')
      const { holderId } = first
      const act = { actor: actor.name, at: kernel.clock() }
      const step = { proceedingId: given.holdId, after: 1, kind: 'hold.lifted', body: { basis } } as const
      await takeStep(tx, act, { ...step, holderId, isLast: true })
    },
    { units: everywhere },
  )
}

/** Holders among these whose data may be kept but not used. */
export async function restrictedAmong(
  tx: Transaction,
  holderIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (holderIds.length === 0) return new Set()
  const wanted = new Set(holderIds)
  const held = (await holdsOf(tx)).filter(({ kind }) => kind === 'restriction')
  return new Set(
    held.flatMap(({ holderId }) => (holderId !== null && wanted.has(holderId) ? [holderId] : [])),
  )
}

/** @throws Refusal `right.held` where a legal hold keeps the person, or an application that has a case of theirs */
export async function requireNotHeld(
  tx: Transaction,
  given: { readonly holderId: string; readonly applicationIds: readonly string[] },
): Promise<void> {
  const found = (await holdsOf(tx)).find(
    ({ kind, holderId, applicationId }) =>
      kind === 'legal' &&
      (holderId === given.holderId ||
        (applicationId !== null && given.applicationIds.includes(applicationId))),
  )
  if (found !== undefined) throw new Refusal('right.held', { basis: found.basis })
}
